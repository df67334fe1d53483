import { Transient } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { keys } from './keys.ts';
import type { MetaRecord } from './records.ts';
import type { Lease, StateStore, Write } from './state-store.ts';

/** What a store is to hold after it was rewritten. */
export interface NewContents {
  meta: MetaRecord;
  /** Everything but `meta`. Where it fails half-way the store stays incomplete. */
  entries: Iterable<KeyValue> | AsyncIterable<KeyValue>;
  /** What to type, without `intendant`. */
  command: string;
}

export interface KeyValue {
  key: string;
  value: Json;
}

/** Entries that are written at once: so many are in memory at any time. */
const GROUP = 500;

/**
 * Replaces everything in the store but the brake. The store says first that it is incomplete and becomes whole with the last
 * write, so that nothing ever acts on a part of it; when it is cut off, the same command is to be typed again. Every write is
 * fenced by the lease.
 */
export async function rewriteStore(
  store: StateStore,
  lease: Lease,
  contents: NewContents,
  signal?: AbortSignal,
): Promise<void> {
  const { meta, entries, command } = contents;
  const save = async (writes: readonly Write[]): Promise<void> => {
    const result = await store.commit(writes, [{ lease: lease.token }], signal);
    if (!result.ok) {
      throw new Transient('The lease of the fleet was lost while the store was rewritten.', {
        code: 'LEASE_LOST',
        hint: `Type it again: intendant ${command}; until then nothing acts on the store.`,
      });
    }
  };
  await save([{ put: keys.meta, value: { ...meta, incomplete: command } }]);
  const stale: Write[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.list('', after === undefined ? {} : { after }, signal);
    for (const { key } of page.entries) if (!isKept(key)) stale.push({ delete: key });
    after = page.next;
    if (after === undefined) break;
  }
  if (stale.length > 0) await save(stale);
  let writes: Write[] = [];
  for await (const { key, value } of entries) {
    if (key === keys.meta) continue;
    writes.push({ put: key, value });
    if (writes.length < GROUP) continue;
    await save(writes);
    writes = [];
  }
  if (writes.length > 0) await save(writes);
  await save([{ put: keys.meta, value: { ...meta } }]);
}

/** True for what stays whatever becomes of the rest: the identity, and the brake, which stays pulled. */
export function isKept(key: string): boolean {
  return key === keys.meta || key === keys.halt || key === keys.haltFile;
}
