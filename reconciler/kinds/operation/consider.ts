import type { OperationSpec } from '../../../schema/generated/types.ts';
import type { JournalRecord, Step, StepOutcome } from '../../model/plan.ts';
import { isoTime } from '../../model/clock.ts';
import { decideRollout, type HostProgress, type RolloutDecision } from '../../rollout/decide.ts';
import { isOver } from '../../rollout/freeze.ts';
import type { KindContext } from '../context.ts';
import { closedGate, type Wishes } from './gates.ts';
import type { HostView, OperationObserved } from './observed.ts';
import { nextHostStep } from './pipeline.ts';
import { isTerminal, type OperationRecord, type Phase } from './record.ts';
import { boundDigest, freezeRollout, mergeRollout } from './spec.ts';

/** Everything that follows from (desired, observed, context): the plan, the record and the status are read off it. */
export interface Considered {
  record: OperationRecord;
  steps: Step[];
  decision?: RolloutDecision;
  /** The repository's spec differs from the one that was frozen, in a field that is bound. */
  changedAfterBegin: boolean;
}

/** Decides about one operation. Pure. `spec` is undefined when the document has left the repository: that cancels it. */
export function consider(
  spec: OperationSpec | undefined,
  observed: OperationObserved,
  context: KindContext,
): Considered | undefined {
  if (!spec && !observed.record) return undefined;
  const wishes: Wishes = {
    suspend: spec?.suspend ?? false,
    cancel: (spec ? (spec.cancel ?? false) : true) || (observed.record?.cancelled ?? false),
    retry: spec?.retry ?? 0,
    pauseAfter: spec?.rollout?.pauseAfter,
  };
  const known: OperationRecord = observed.record ?? firstRecord(observed.name, context);
  const changedAfterBegin =
    known.frozen !== undefined && spec !== undefined && boundDigest(spec) !== known.frozen.digest;
  const resumed = takeUpRetry(known, wishes, observed, context);
  if (isTerminal(resumed.phase)) return { record: resumed, steps: [], changedAfterBegin };

  const gate = closedGate(wishes, observed, context.nowMs, resumed.frozen !== undefined);
  const begun =
    resumed.frozen || !spec || gate || observed.selection.length === 0
      ? resumed
      : begin(resumed, spec, observed, context);
  if (!begun.frozen) {
    const decision: RolloutDecision = { start: [], state: 'held', batch: 0, hold: gate };
    return { record: withPhase(begun, unbegunPhase(wishes), context), steps: [], decision, changedAfterBegin };
  }

  const progress = (host: string): HostProgress => progressOf(host, begun.round, observed);
  const decided = decideRollout({
    batches: begun.batches,
    progress,
    unavailable: unavailableHosts(begun.round, observed, context.nowMs),
    ...begun.frozen.rollout,
    pauseAfter: wishes.pauseAfter,
    hold: gate,
    claimedByOther: (host) => claimedByOther(observed, host),
    nowMs: context.nowMs,
  });
  const decision = withNextLook(decided, begun.round, observed);
  const record = withPhase(
    { ...begun, ...(wishes.cancel ? { cancelled: true } : {}) },
    phaseOf(decision, begun, wishes, observed),
    context,
  );
  return {
    record,
    steps: stepsNow(record, decision, wishes, observed, context, progress),
    decision,
    changedAfterBegin,
  };
}

function firstRecord(name: string, context: KindContext): OperationRecord {
  const { commit, sequence } = context.revision;
  return { format: 1, name, heldSince: { commit, sequence }, phase: 'Pending', round: 0, batches: [] };
}

/** A raised `retry` on a finished operation opens a round with the hosts that have not succeeded. */
function takeUpRetry(
  record: OperationRecord,
  wishes: Wishes,
  observed: OperationObserved,
  context: KindContext,
): OperationRecord {
  const again =
    record.frozen && (record.phase === 'Failed' || record.phase === 'Succeeded') && wishes.retry > record.round;
  if (!again || wishes.cancel) return record;
  const left = record.frozen!.hosts.filter((host) => latestVerdict(host, observed)?.result !== 'succeeded');
  if (left.length === 0) return { ...record, round: wishes.retry };
  const { batches } = freezeRollout(mergedRollout(record.frozen!.spec, observed), left, observed.scope.size);
  const { finishedAt: _finishedAt, ...open } = record;
  return { ...open, phase: 'Running', round: wishes.retry, batches, beganAt: record.beganAt ?? isoTime(context.nowMs) };
}

function begin(
  record: OperationRecord,
  spec: OperationSpec,
  observed: OperationObserved,
  context: KindContext,
): OperationRecord {
  const hosts = [...observed.selection];
  const inScope = [...observed.scope.values()].filter((host) => !inMaintenance(host, context.nowMs)).length;
  const { rollout, batches } = freezeRollout(mergedRollout(spec, observed), hosts, inScope);
  return {
    ...record,
    phase: 'Running',
    round: spec.retry ?? 0,
    beganAt: isoTime(context.nowMs),
    batches,
    frozen: { spec, digest: boundDigest(spec), hosts, clusters: [...observed.clusters], rollout },
  };
}

/** Cluster defaults apply where all selected hosts belong to one cluster. */
function mergedRollout(spec: OperationSpec, observed: OperationObserved): ReturnType<typeof mergeRollout> {
  const only = observed.clusters.length === 1 ? observed.clusterSpecs.get(observed.clusters[0]!) : undefined;
  return mergeRollout(spec.rollout, only?.rollout);
}

function stepsNow(
  record: OperationRecord,
  decision: RolloutDecision,
  wishes: Wishes,
  observed: OperationObserved,
  context: KindContext,
  progress: (host: string) => HostProgress,
): Step[] {
  const inHand = record.batches
    .flat()
    .filter((host) => progress(host).state === 'running' && !observed.inFlight.has(host));
  return [...inHand, ...decision.start].flatMap((host) => {
    const entries = entriesOf(host, record.round, observed);
    const stop = reasonToStop(observed.scope.get(host), wishes, context.nowMs);
    return nextHostStep(record.name, record.frozen!, host, record.round, entries, stop) ?? [];
  });
}

/** Why a host that was not touched yet gets its outcome without being touched. */
function reasonToStop(host: HostView | undefined, wishes: Wishes, nowMs: number): StepOutcome | undefined {
  const skipped = (reason: string, message: string): StepOutcome => ({ result: 'skipped', reason, message });
  if (wishes.cancel) return skipped('Cancelled', 'the operation was cancelled before this host was touched');
  if (!host?.present) return skipped('HostRemoved', 'the host has left the repository');
  if (inMaintenance(host, nowMs)) {
    return skipped('InMaintenance', `in maintenance by ${host.maintenance!.who}: ${host.maintenance!.why}`);
  }
  return undefined;
}

export function inMaintenance(host: HostView, nowMs: number): boolean {
  return host.maintenance !== undefined && !isOver(host.maintenance.until, nowMs);
}

function entriesOf(host: string, round: number, observed: OperationObserved): JournalRecord[] {
  return (observed.journal.get(host) ?? []).filter((entry) => entry.round === round);
}

export function progressOf(host: string, round: number, observed: OperationObserved): HostProgress {
  const entries = entriesOf(host, round, observed);
  const verdict = entries.find((entry) => entry.step.verdict)?.outcome;
  if (verdict)
    return {
      state: 'done',
      result: verdict.result === 'unknown' ? 'failed' : verdict.result,
      finishedAt: Date.parse(verdict.at),
    };
  return entries.length > 0 || observed.inFlight.has(host) ? { state: 'running' } : { state: 'pending' };
}

/** The outcome of a host in the last round that reached it. */
export function latestVerdict(host: string, observed: OperationObserved): JournalRecord['outcome'] {
  let latest: JournalRecord | undefined;
  for (const entry of observed.journal.get(host) ?? []) {
    if (entry.step.verdict && (!latest || entry.round > latest.round)) latest = entry;
  }
  return latest?.outcome;
}

/** Hosts of the scope that count as down: not active, being changed by anybody, or left unproven by this operation. */
function unavailableHosts(round: number, observed: OperationObserved, nowMs: number): Set<string> {
  const down = new Set<string>();
  for (const [name, host] of observed.scope) {
    if (!host.present || inMaintenance(host, nowMs)) continue;
    const unproven = leftDown(name, host, round, observed);
    if (!host.active || host.claim || observed.inFlight.has(name) || unproven) down.add(name);
  }
  return down;
}

/** A host that failed in our hands is down until it is seen again; one whose check failed afterwards, until a retry proves it. */
function leftDown(name: string, host: HostView, round: number, observed: OperationObserved): boolean {
  return hasFailedCheck(name, round, observed) || unseenSinceFailing(name, host, round, observed);
}

function hasFailedCheck(name: string, round: number, observed: OperationObserved): boolean {
  if (failedVerdict(name, round, observed) === undefined) return false;
  return entriesOf(name, round, observed).some(
    (entry) => entry.step.action === 'checkAfter' && entry.outcome?.result === 'failed',
  );
}

function unseenSinceFailing(name: string, host: HostView, round: number, observed: OperationObserved): boolean {
  const verdict = failedVerdict(name, round, observed);
  return verdict !== undefined && (host.lastSeen === undefined || host.lastSeen <= Date.parse(verdict.at));
}

/** The host's outcome in this round when it failed in a way that may have left it down. */
function failedVerdict(name: string, round: number, observed: OperationObserved): JournalRecord['outcome'] {
  const verdict = entriesOf(name, round, observed).find((entry) => entry.step.verdict)?.outcome;
  return verdict?.result === 'failed' && verdict.data?.down === true ? verdict : undefined;
}

/** How soon to look whether a failed host has been seen, in milliseconds. */
const LOOK_AGAIN_MS = 2000;

/**
 * A host that failed and answers again does not change its status, so nobody is told: the operation looks by itself. One
 * that stays away becomes `failed`, and its return then wakes the operation.
 */
function withNextLook(decision: RolloutDecision, round: number, observed: OperationObserved): RolloutDecision {
  const { hold } = decision;
  if (hold?.reason !== 'MaxUnavailable') return decision;
  const soon = [...observed.scope].some(
    ([name, host]) =>
      host.active && unseenSinceFailing(name, host, round, observed) && !hasFailedCheck(name, round, observed),
  );
  return soon ? { ...decision, hold: { ...hold, retryAfterMs: LOOK_AGAIN_MS } } : decision;
}

function claimedByOther(observed: OperationObserved, host: string): string | undefined {
  const owner = observed.scope.get(host)?.claim?.owner;
  return owner === undefined || owner === observed.key ? undefined : owner;
}

function unbegunPhase(wishes: Wishes): Phase {
  if (wishes.cancel) return 'Cancelled';
  return wishes.suspend ? 'Suspended' : 'Pending';
}

function phaseOf(
  decision: RolloutDecision,
  record: OperationRecord,
  wishes: Wishes,
  observed: OperationObserved,
): Phase {
  if (decision.state === 'stopped') return 'Failed';
  if (decision.state === 'finished') return endPhase(record, observed);
  if (decision.state === 'held' && wishes.cancel) return 'Cancelled';
  const paused = decision.hold?.reason === 'Suspended' || decision.hold?.reason === 'PausedAfterBatch';
  return paused ? 'Suspended' : 'Running';
}

/** Succeeded: within the failure budget, and something was done. */
function endPhase(record: OperationRecord, observed: OperationObserved): Phase {
  const results = record.frozen!.hosts.map((host) => latestVerdict(host, observed)?.result);
  const failed = results.filter((result) => result === 'failed' || result === 'unknown').length;
  if (failed > record.frozen!.rollout.maxFailures) return 'Failed';
  return results.includes('succeeded') ? 'Succeeded' : 'Failed';
}

function withPhase(record: OperationRecord, phase: Phase, context: KindContext): OperationRecord {
  const ended = isTerminal(phase) && record.finishedAt === undefined ? { finishedAt: isoTime(context.nowMs) } : {};
  return { ...record, phase, ...ended };
}
