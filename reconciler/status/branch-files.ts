import { InvalidInput, messageOf } from '../model/errors.ts';
import type { BranchWriter } from '../source/source.ts';
import type { MetaRecord } from '../store/records.ts';
import { compareIdentity, identityError } from './identity.ts';
import { FLEET_PATH } from './layout.ts';
import { parseFleet, type FleetFile } from './parse-fleet.ts';

/** What the branch holds at its tip. */
export interface BranchFiles {
  /** Undefined: the branch does not exist yet. */
  tip: string | undefined;
  /** Path to blob oid, of the paths that are ours; all others are carried over untouched. */
  oids: Map<string, string>;
  /** What `fleet.yaml` says, where it could be read. */
  fleet: FleetFile | undefined;
}

export interface LearnInput {
  branch: BranchWriter;
  ref: string;
  /** True for a path that we may write and remove. */
  owns: (path: string) => boolean;
  meta: MetaRecord;
  /**
   * `verify`: the branch must be one of ours. `ours`: it was in this process, so an unreadable `fleet.yaml` is somebody's
   * scribble and is written anew. `takeOver`: it is to be made ours whatever it holds.
   */
  trust: 'verify' | 'ours' | 'takeOver';
}

/**
 * Reads the tip of the status branch. Throws InvalidInput, and so nothing is ever written, where the branch is not one of
 * ours (a configured branch that holds other files at our paths), was written from another or a later store, or by a newer
 * version.
 */
export async function learnBranch(input: LearnInput, signal: AbortSignal): Promise<BranchFiles> {
  const { branch, ref, owns, meta, trust } = input;
  const tip = await branch.tip(ref, signal);
  if (tip === undefined) return { tip, oids: new Map(), fleet: undefined };
  const oids = new Map([...(await branch.list(tip, signal))].filter(([path]) => owns(path)));
  const fleet = oids.has(FLEET_PATH) ? await readFleet(input, tip, signal) : undefined;
  if (fleet && trust !== 'takeOver') {
    const identity = compareIdentity(fleet, meta);
    if (identity !== 'same') throw identityError(identity);
  }
  const first = oids.keys().next().value;
  if (!fleet && trust === 'verify' && first !== undefined) throw notOurs(ref, first);
  return { tip, oids, fleet };
}

/** Undefined where the file is not one of ours, such as the Fleet document of a config repository. */
async function readFleet(
  { branch, ref, trust }: LearnInput,
  tip: string,
  signal: AbortSignal,
): Promise<FleetFile | undefined> {
  const text = (await branch.read(tip, [FLEET_PATH], signal)).get(FLEET_PATH);
  try {
    return text === undefined ? undefined : parseFleet(FLEET_PATH, text);
  } catch (error) {
    const unreadable = error instanceof InvalidInput && error.code === 'STATUS_FILE_UNREADABLE';
    if (!unreadable) throw error;
    if (trust !== 'verify') return undefined;
    throw notOurs(ref, FLEET_PATH, messageOf(error));
  }
}

function notOurs(ref: string, path: string, why?: string): InvalidInput {
  return new InvalidInput(
    `The branch ${JSON.stringify(ref)} holds ${JSON.stringify(path)}, which the status would overwrite, but no fleet.yaml of a status branch.`,
    {
      code: 'STATUS_BRANCH_NOT_OURS',
      hint: 'Name a branch of its own in Fleet spec.status.branch; it must not be the branch of the configuration.',
      cause: why,
    },
  );
}
