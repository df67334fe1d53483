import { InvalidInput, Transient } from '../model/errors.ts';
import { keys, STORE_FORMAT } from './keys.ts';
import { readMetaEntry } from './meta.ts';
import type { MetaRecord } from './records.ts';
import type { Entry, Expectation, StateStore, Write } from './state-store.ts';
import { encodeWrites, MAX_BYTES } from './writes.ts';

/** How the store gets from format `from` to the next one. */
export interface Migration {
  from: number;
  /**
   * What becomes of one entry; no writes = it stays as it is. Called once for each entry but `meta`, in key order; a key that
   * it adds may come to be visited too, so it must leave alone what has the new form already.
   */
  migrate(entry: Entry): readonly Write[];
}

/** Every step there is, oldest first. A change of `STORE_FORMAT` comes with a step here. */
export const MIGRATIONS: readonly Migration[] = [];

/** Writes that go into one transaction together with the cursor: far below the limit of 127. */
const GROUP = 100;

export interface MigrateOptions {
  /** What must hold for anything to be written: the fleet's lease. */
  expectations?: readonly Expectation[];
  migrations?: readonly Migration[];
  /** Format to end at. */
  target?: number;
  /** Told of each step that begins. */
  onStep?: (from: number, to: number) => void;
}

/**
 * Brings a store of an older format to the present one, step by step. How far a step has come is written in the transaction
 * of each group of entries, so that a crash at any moment goes on where it was and no entry is dealt with twice; the new format
 * is announced first, so that an older program refuses a store that is half done. An empty store is left alone.
 * Throws InvalidInput `STORE_TOO_OLD` where a step is missing, and as `readMeta` does.
 */
export async function migrateStore(
  store: StateStore,
  options: MigrateOptions = {},
  signal?: AbortSignal,
): Promise<void> {
  const { migrations = MIGRATIONS, target = STORE_FORMAT, onStep } = options;
  for (;;) {
    const found = await readMetaEntry(store, signal, target);
    if (found === undefined) return;
    const { meta } = found;
    if (meta.format === target && meta.migrating === undefined) return;
    const from = meta.migrating === undefined ? meta.format : meta.format - 1;
    const step = migrations.find((one) => one.from === from);
    if (!step) throw tooOld(meta);
    onStep?.(from, from + 1);
    await carryOut(step, store, found, options.expectations ?? [], signal);
  }
}

async function carryOut(
  step: Migration,
  store: StateStore,
  begun: { meta: MetaRecord; revision: number },
  expectations: readonly Expectation[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { migrating, ...base } = begun.meta;
  const meta: MetaRecord = { ...base, format: step.from + 1 };
  let revision = begun.revision;
  const save = async (writes: readonly Write[], cursor: string | undefined): Promise<void> => {
    const value: MetaRecord = cursor === undefined ? meta : { ...meta, migrating: { after: cursor } };
    const result = await store.commit(
      [...writes, { put: keys.meta, value: { ...value } }],
      [{ key: keys.meta, revision }, ...expectations],
      signal,
    );
    if (!result.ok) throw contended();
    revision = result.revision;
  };

  let after = migrating?.after ?? '';
  if (migrating === undefined) await save([], after);
  let group: Write[] = [];
  let bytes = 0;
  for (let page = await list(store, after, signal); ; page = await list(store, after, signal)) {
    for (const entry of page.entries) {
      const writes = entry.key === keys.meta ? [] : step.migrate(entry);
      const size = encodeWrites(writes).reduce((sum, write) => sum + write.bytes, 0);
      if (group.length > 0 && (group.length + writes.length > GROUP || bytes + size > MAX_BYTES / 2)) {
        await save(group, after);
        group = [];
        bytes = 0;
      }
      group.push(...writes);
      bytes += size;
      after = entry.key;
    }
    if (page.next === undefined) break;
  }
  await save(group, undefined);
}

function list(store: StateStore, after: string, signal: AbortSignal | undefined): ReturnType<StateStore['list']> {
  return store.list('', after === '' ? {} : { after }, signal);
}

function tooOld(meta: MetaRecord): InvalidInput {
  return new InvalidInput(
    `The store has format ${meta.format}, which this version does not know how to bring forward.`,
    {
      code: 'STORE_TOO_OLD',
      hint: `Run the versions between ${meta.version} and this one in turn.`,
    },
  );
}

function contended(): Transient {
  return new Transient('The store was changed by somebody else while its format was brought forward.', {
    code: 'STORE_CONTENDED',
    hint: 'Another daemon of this fleet is starting; this one tries again.',
  });
}
