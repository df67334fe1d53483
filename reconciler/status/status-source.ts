import type { ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import type { Halt } from '../rollout/brake.ts';
import type { MetaRecord, RevisionRecord } from '../store/records.ts';

/** What the status writer reads: the live state in memory, always the newest. Owned by the writer; the engine provides it. */
export interface StatusSource {
  readonly fleetName: string;
  /** Every object that has a status. Walked once at the start, and never again. */
  objects(): Iterable<ObjectStatus>;
  /** Undefined: the object is gone and its file goes too (those of operations stay). */
  object(key: ResourceKey): ObjectStatus | undefined;
  /** Undefined before the first revision was accepted. */
  revision(): RevisionRecord | undefined;
  meta(): MetaRecord;
  /** Every brake that is pulled. */
  halts(): readonly Halt[];
  /**
   * Raises `sequence` of `meta`, durably. Called before a commit that tells of an operation or a revision, which then says
   * the new one. Absent: nothing is counted.
   */
  raiseSequence?(): Promise<void>;
}
