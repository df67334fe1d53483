import { Transient } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { keys } from './keys.ts';
import type { MetaRecord } from './records.ts';
import type { Lease, StateStore, Write } from './state-store.ts';

/**
 * Replaces everything in the store but the brake. The store says first that it is incomplete and becomes whole with the last
 * write, so that nothing ever acts on a part of it; when it is cut off, the same command is to be typed again. Every write is
 * fenced by the lease. `command` is what to type, without `intendant`.
 */
export async function rewriteStore(
  store: StateStore,
  lease: Lease,
  contents: { meta: MetaRecord; entries: readonly { key: string; value: Json }[]; command: string },
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
  const writes = entries.filter(({ key }) => key !== keys.meta).map(({ key, value }) => ({ put: key, value }));
  if (writes.length > 0) await save(writes);
  await save([{ put: keys.meta, value: { ...meta } }]);
}

/** The brake stays pulled whatever becomes of the rest. */
function isKept(key: string): boolean {
  return key === keys.meta || key === keys.halt || key === keys.haltFile;
}
