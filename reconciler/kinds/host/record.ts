import type { HostSpec } from '../../../schema/generated/types.ts';
import type { FamilyName } from '../../hosts/families/family.ts';
import type { Json } from '../../model/json.ts';
import type { ProfileState } from './profile-state.ts';

/** Facts of a host that do not churn: what status shows and plans may rely on. */
export interface StableFacts {
  os: string;
  osVersion: string;
  /** The family of commands that it is told; absent: not one that this build knows. */
  family?: FamilyName;
  architecture: string;
  kernel: string;
  cpus: number;
  /** kB. */
  memoryKb: number;
  /** Bytes, the sum over local file systems. */
  diskBytes: number;
  bootId: string;
  /** ISO time, worked out once for each boot id. */
  bootedAt: string;
  rebootRequired: boolean;
}

/** Key `records/Host/<name>`. */
export interface HostRecord {
  format: number;
  /** Where the recorded key was seen: another address starts anew. */
  address: string;
  port: number;
  /** Host key accepted on first use. */
  hostKey?: string;
  facts?: StableFacts;
  /** Checks missed in a row. */
  misses: number;
  /** Why the last check did not get through. */
  failure?: { code: string; message: string };
  /** ISO time of the first miss of the running series, for a host that was active before it. */
  missedSince?: string;
  /** It went when most hosts went: Unknown, and its misses do not count, until the fleet can be seen again. */
  vanished?: true;
  /** Its disk has no room for the record of a step. */
  diskFull?: true;
  /** Seconds that its clock is ahead of ours (behind: negative), coarse; absent while it is right. */
  clockSkew?: number;
  /** What the last look found of its profile. */
  profile?: ProfileState;
  /** How it will be reached once it has left the repository: it is to be cleaned then. */
  leave?: HostSpec;
  /** `reimage` of the spec that all of this was learnt under. */
  reimage?: number;
}

export function asHostRecord(value: Json | undefined): HostRecord | undefined {
  return value as unknown as HostRecord | undefined;
}

/** Whether a record speaks of the machine that the repository means: another address, or a raised `reimage`, is another one. */
export function isSameMachine(
  record: HostRecord | undefined,
  { address, port, reimage }: Pick<HostRecord, 'address' | 'port' | 'reimage'>,
): record is HostRecord {
  if (!record || record.address !== address || record.port !== port) return false;
  return (record.reimage ?? 0) === (reimage ?? 0);
}
