import type { OperationSpec } from '../../../schema/generated/types.ts';
import type { Hold } from '../../rollout/decide.ts';
import type { OperationRecord } from './record.ts';

/**
 * Marks an operation whose record was rebuilt after the store was lost: nothing more is begun until a commit lets it go on.
 * It holds what the repository said at that time, so that only what changes afterwards counts as a person's word.
 */
export interface AdoptedHold {
  /** ISO time of the adoption. */
  at: string;
  /** `spec.suspend` as it was written then; null = it was not there. */
  suspend: boolean | null;
  /** `spec.retry` then. */
  retry: number;
  /** What could not be found out when the record was rebuilt: a sentence for people. */
  note?: string;
}

/** The hold that a rebuilt operation gets. Pure. `at` is ISO time. */
export function holdAdopted(spec: OperationSpec | undefined, at: string, note?: string): AdoptedHold {
  return { at, suspend: spec?.suspend ?? null, retry: spec?.retry ?? 0, ...(note === undefined ? {} : { note }) };
}

/**
 * The record after the repository was looked at: free once `suspend` was changed to something other than true, or `retry`
 * was raised. An operation that was suspended after the adoption is free when it is resumed. Pure.
 */
export function heedRelease(record: OperationRecord, spec: OperationSpec | undefined): OperationRecord {
  const { adopted, ...free } = record;
  if (!adopted || !spec) return record;
  if ((spec.retry ?? 0) > adopted.retry) return free;
  const suspend = spec.suspend ?? null;
  if (suspend === adopted.suspend) return record;
  return suspend === true ? { ...record, adopted: { ...adopted, suspend } } : free;
}

/** Why a rebuilt operation waits, and what a person commits to let it go on. */
export function adoptedHold({ at, suspend, note }: AdoptedHold): Hold {
  const what =
    suspend === null
      ? 'set spec.suspend to false in the repository to let it go on'
      : 'remove spec.suspend in the repository to let it go on';
  const unknown = note === undefined ? '' : `; ${note}`;
  return {
    reason: 'StoreAdopted',
    message: `the store was rebuilt at ${at} while this operation was not finished${unknown}; ${what}`,
  };
}
