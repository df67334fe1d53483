import { randomUUID } from 'node:crypto';
import { InvalidInput, Transient } from '../model/errors.ts';
import { VERSION } from '../model/version.ts';
import { keys, STORE_FORMAT } from './keys.ts';
import type { MetaRecord } from './records.ts';
import type { Expectation, StateStore } from './state-store.ts';

/**
 * The identity of the store, or undefined where nothing was ever written. Throws InvalidInput `STORE_TOO_NEW` when a newer
 * version of the program has written it.
 */
export async function readMeta(store: StateStore, signal?: AbortSignal): Promise<MetaRecord | undefined> {
  return (await readMetaEntry(store, signal))?.meta;
}

/**
 * The identity of the store, created (random id, epoch 1) in an empty one. Records `version` as the one that wrote last.
 * Throws as `readMeta` does. `expectations` (the fleet's lease) must hold for anything to be written.
 */
export async function ensureMeta(
  store: StateStore,
  version: string,
  expectations: readonly Expectation[] = [],
  signal?: AbortSignal,
): Promise<MetaRecord> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const found = await readMetaEntry(store, signal);
    if (found?.meta.version === version) return found.meta;
    const meta: MetaRecord = { ...(found?.meta ?? { id: randomUUID(), epoch: 1 }), format: STORE_FORMAT, version };
    const unchanged = { key: keys.meta, revision: found?.revision ?? 0 };
    const result = await store.commit([{ put: keys.meta, value: { ...meta } }], [unchanged, ...expectations], signal);
    if (result.ok) return meta;
    if ('lease' in result.failed) break;
  }
  throw new Transient('The identity of the store could not be written: somebody else is changing it.', {
    code: 'STORE_CONTENDED',
    hint: 'Another daemon of this fleet is starting; this one tries again.',
  });
}

/** The identity, and the revision of its key for expectations. */
export interface MetaEntry {
  meta: MetaRecord;
  revision: number;
}

/**
 * As `readMeta`, with the revision of the key for expectations. `newest` is the highest format that is taken. Throws
 * InvalidInput `STORE_INCOMPLETE` also, when a rewrite of the whole store was cut off.
 */
export async function readMetaEntry(
  store: StateStore,
  signal?: AbortSignal,
  newest: number = STORE_FORMAT,
): Promise<MetaEntry | undefined> {
  const found = await readAnyMeta(store, signal, newest);
  if (found?.meta.incomplete !== undefined) throw incomplete(found.meta.incomplete);
  return found;
}

/**
 * As `readMetaEntry`, also of a store whose rewriting was cut off: for what rewrites it. Nothing else may go by it. Throws
 * InvalidInput `STORE_FOREIGN` or `STORE_TOO_NEW`.
 */
export async function readAnyMeta(
  store: StateStore,
  signal?: AbortSignal,
  newest: number = STORE_FORMAT,
): Promise<MetaEntry | undefined> {
  const entry = await store.get(keys.meta, signal);
  if (entry === undefined) return undefined;
  const meta = entry.value as unknown as MetaRecord;
  if (typeof meta?.format !== 'number' || typeof meta.id !== 'string') {
    throw new InvalidInput('The key "meta" of the store is not one of ours: it has no format and id.', {
      code: 'STORE_FOREIGN',
      hint: 'Check the fleet name and the store in the configuration.',
    });
  }
  if (meta.format > newest) {
    throw new InvalidInput(
      `The store has format ${meta.format}, written by version ${meta.version}; this is version ${VERSION}, which reads up to format ${newest}.`,
      { code: 'STORE_TOO_NEW', hint: `Run version ${meta.version} or newer.` },
    );
  }
  return { meta, revision: entry.revision };
}

function incomplete(command: string): InvalidInput {
  return new InvalidInput(`"intendant ${command}" was cut off while it rewrote the store.`, {
    code: 'STORE_INCOMPLETE',
    hint: `Type it again: intendant ${command}; nothing acts on the store until it is whole.`,
  });
}
