import type { ApplyOperation, Rollout } from '../../../schema/generated/types.ts';
import { isoTime } from '../../model/clock.ts';
import { digestOf } from '../../model/digest.ts';
import type { Json } from '../../model/json.ts';
import { nameSome } from '../../rollout/decide.ts';
import type { ProfileWord } from '../host/profile-state.ts';
import { isTerminal, type Phase } from '../operation/record.ts';
import {
  APPLY_GROUPS,
  type ApplyFailure,
  type ApplyGroup,
  type ClusterRecord,
  type GroupRecord,
} from './apply-record.ts';
import { pruneGate } from './prune-guard.ts';

/** A host of the cluster, as far as its profile is concerned. */
export interface ApplyMember {
  name: string;
  word: ProfileWord;
  /** It answers, and is not in maintenance: it can be acted on. */
  usable: boolean;
  /** Things that it would lose. */
  removals: number;
}

/** An operation that the cluster has started. */
export interface StartedOperation {
  /** Undefined: it was not looked at yet. */
  phase?: Phase;
  /** What came of each host that did not succeed. */
  outcomes: Readonly<Record<string, { result: string; reason: string; message: string }>>;
}

export interface ApplyInput {
  cluster: string;
  /** Digest of the resolved profile; `NO_PROFILE` where there is none. */
  profile: string;
  /** Drift is undone without being asked. */
  selfHeal: boolean;
  members: readonly ApplyMember[];
  record: ClusterRecord | undefined;
  started(operation: string): StartedOperation;
  /** A name runs once: this one has. */
  isTaken(operation: string): boolean;
  /** The rollout of the cluster. */
  rollout: Rollout | undefined;
  /** Most hosts that may lose something without a confirmation. */
  pruneLimit: number;
  /** `confirmPrune` of the fleet. */
  confirmed?: string;
  /** The revision in effect (hex). */
  commit: string;
  nowMs: number;
}

export interface ApplyDecision {
  record: ClusterRecord;
  operations: { name: string; spec: Json | undefined }[];
  /** What waits for a person. */
  held?: { reason: string; message: string };
  /** Time alone ends a wait: look again after so many milliseconds. */
  recheckAfterMs?: number;
}

/** Pause before the first retry, doubled with each, and the longest, in milliseconds. */
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;

/** Which hosts each group concerns. */
const WORD_OF: Record<ApplyGroup, ProfileWord> = { bootstrap: 'fresh', profile: 'behind', heal: 'drifted' };

/**
 * What a cluster wants applied, as operations: one at a time for hosts that join, for a changed profile, and for drift. Pure. One that
 * failed is tried again with a growing pause; another profile ends what is in hand and begins anew.
 */
export function decideApply(input: ApplyInput): ApplyDecision {
  const gate = pruneGate(input);
  const decision: ApplyDecision = {
    record: {
      format: 1,
      count: input.record?.count ?? 0,
      groups: {},
      ...(input.record?.ended !== undefined && { ended: input.record.ended }),
      failed: stillFailed(input),
      ...(gate.record && { prune: gate.record }),
    },
    operations: [],
    ...(gate.held && { held: gate.held }),
  };
  for (const group of APPLY_GROUPS) decideGroup(group, input, gate.isHeld, decision);
  return decision;
}

/** Reasons for which the hosts concerned are forgotten: they have all of it now, or have left. */
function stillFailed({ members, record }: ApplyInput): Record<string, ApplyFailure> {
  const failed: Record<string, ApplyFailure> = {};
  for (const { name, word } of members) {
    const failure = record?.failed[name];
    if (failure && word !== 'even' && word !== 'none') failed[name] = failure;
  }
  return failed;
}

function decideGroup(
  group: ApplyGroup,
  input: ApplyInput,
  isHeld: (member: ApplyMember) => boolean,
  decision: ApplyDecision,
): void {
  const settled = settle(input.record?.groups[group], input, decision);
  if (settled?.unfinished) {
    decision.record.groups[group] = settled.record;
    return;
  }
  const before = settled?.record;
  if (before && before.profile === input.profile) decision.record.groups[group] = before;
  if (group === 'heal' && !input.selfHeal) return;
  // Hosts that nobody has compared yet join in: one canary for all of them, not one for each.
  if (input.members.some(({ word, usable }) => word === 'unknown' && usable)) return recheck(LOOK_AGAIN_MS, decision);
  const concerned = input.members.filter((each) => each.word === WORD_OF[group]);
  if (concerned.length === 0) {
    delete decision.record.groups[group];
    return;
  }
  const due = concerned.filter((each) => each.usable && !isHeld(each)).map(({ name }) => name);
  if (due.length === 0) return;
  const failures = before?.profile === input.profile ? before.failures : 0;
  const wait = failures === 0 ? 0 : Date.parse(before!.notBefore!) - input.nowMs;
  if (wait > 0) return recheck(wait, decision);
  start(group, failedFirst(due, decision.record.failed), failures, input, decision);
}

/** How soon to see whether every host has been compared, in milliseconds. */
const LOOK_AGAIN_MS = 2000;

function recheck(afterMs: number, decision: ApplyDecision): void {
  decision.recheckAfterMs = Math.min(decision.recheckAfterMs ?? Infinity, afterMs);
}

/** What became of the operation of a group; undefined: there is none, or it has succeeded. */
function settle(
  group: GroupRecord | undefined,
  input: ApplyInput,
  decision: ApplyDecision,
): { record: GroupRecord; unfinished: boolean } | undefined {
  if (!group || group.notBefore !== undefined) return group && { record: group, unfinished: false };
  const { phase, outcomes } = input.started(group.operation);
  if (phase === undefined || !isTerminal(phase)) {
    if (group.profile === input.profile) return { record: group, unfinished: true };
    decision.operations.push({ name: group.operation, spec: undefined });
    return undefined;
  }
  decision.record.ended = group.operation;
  // What has ended stays in its record; as a wish it would be looked at for ever.
  decision.operations.push({ name: group.operation, spec: undefined });
  if (phase === 'Succeeded') return undefined;
  const names = new Set(input.members.map(({ name }) => name));
  for (const [host, { result, reason, message }] of Object.entries(outcomes)) {
    if (result === 'failed' && names.has(host)) {
      decision.record.failed[host] = { operation: group.operation, reason, message };
    }
  }
  const failures = group.failures + 1;
  const pause = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
  return { record: { ...group, failures, notBefore: isoTime(input.nowMs + pause) }, unfinished: false };
}

/** Whoever failed before has its turn first: while it is down no other may begin beside it. */
function failedFirst(hosts: readonly string[], failed: ClusterRecord['failed']): string[] {
  return [...hosts].sort((a, b) => Number(b in failed) - Number(a in failed) || (a < b ? -1 : 1));
}

function start(group: ApplyGroup, hosts: string[], failures: number, input: ApplyInput, decision: ApplyDecision): void {
  const { record } = decision;
  let name: string;
  do {
    record.count += 1;
    name = `${stem(input.cluster)}-${group}-${record.count}`;
  } while (input.isTaken(name));
  const spec: ApplyOperation = {
    type: 'apply',
    description: `${TOLD[group]}: ${nameSome(hosts)}`,
    target: { hosts },
    rollout: { batches: canaryFirst(input.rollout?.batches), canary: true },
    profile: input.profile,
  };
  record.groups[group] = { operation: name, profile: input.profile, failures };
  decision.operations.push({ name, spec: spec as unknown as Json });
}

const TOLD: Record<ApplyGroup, string> = {
  bootstrap: 'hosts that have joined',
  profile: 'the profile has changed',
  heal: 'hosts that have drifted',
};

/** One host first, whatever the cluster says; then as the cluster says. */
export function canaryFirst(batches: Rollout['batches']): NonNullable<Rollout['batches']> {
  const list = batches === undefined ? [1] : Array.isArray(batches) ? batches : [batches];
  return list[0] === 1 ? list : [1, ...list];
}

/** Room for the group and a number within the 63 characters of a name. */
const LONGEST_STEM = 45;

function stem(cluster: string): string {
  return cluster.length <= LONGEST_STEM
    ? cluster
    : `${cluster.slice(0, LONGEST_STEM - 9)}-${digestOf(cluster).slice(0, 8)}`;
}
