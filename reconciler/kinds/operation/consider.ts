import type { OperationSpec, Rollout } from '../../../schema/generated/types.ts';
import type { JournalRecord, Step, StepOutcome } from '../../model/plan.ts';
import { isoTime } from '../../model/clock.ts';
import { HALTED, mayBegin } from '../../rollout/brake.ts';
import {
  decideRollout,
  type Hold,
  type HostProgress,
  type RolloutDecision,
  type RolloutInput,
} from '../../rollout/decide.ts';
import type { KindContext } from '../context.ts';
import { heedRelease } from './adopted.ts';
import { heedApproval } from './approval.ts';
import { mayDisturb, trippedBreaker } from './breaker.ts';
import { entriesOf, inMaintenance, leftDown, unavailableHosts, withNextLook } from './down.ts';
import { closedGate, withHalt, type Terms, type Wishes } from './gates.ts';
import type { HostView, OperationObserved } from './observed.ts';
import { standingOf } from './neighbours/standing.ts';
import { nextHostStep } from './pipeline.ts';
import { isTerminal, type OperationRecord, type Phase } from './record.ts';
import { boundDigest, freezeRollout, rolloutOf } from './spec.ts';

/** Everything that follows from (desired, observed, context): the plan, the record and the status are read off it. */
export interface Considered {
  record: OperationRecord;
  steps: Step[];
  decision?: RolloutDecision;
  /** Nothing begins now and nothing is in hand in this process: whatever holds the hosts must change first. */
  standing?: boolean;
  /** It has ended, and a retry that was asked for before is taken up at the next look. */
  retryDue: boolean;
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
  const released = heedRelease(observed.record ?? firstRecord(observed.name, context), spec);
  const { record: known, hold: unapproved } = heedApproval(released, observed.approval);
  const wishes: Wishes = {
    suspend: spec?.suspend ?? false,
    cancel: (spec ? (spec.cancel ?? false) : true) || (observed.record?.cancelled ?? false),
    retry: spec?.retry ?? 0,
    pauseAfter: spec && mergedRollout(spec, observed).pauseAfter,
    adopted: known.adopted,
    unapproved,
  };
  const changedAfterBegin =
    known.frozen !== undefined && spec !== undefined && boundDigest(spec) !== known.frozen.digest;
  const resumed = takeUpRetry(known, wishes, observed, context);
  if (isTerminal(resumed.phase)) {
    // Where it stopped, and why, is told at every later look as it was at the first.
    const ended = resumed.frozen && decideRollout(rolloutInput(resumed, resumed.frozen, wishes, observed, context));
    return { record: resumed, steps: [], changedAfterBegin, retryDue: false, ...(ended && { decision: ended }) };
  }

  const hasTurn = resumed.frozen !== undefined && !resumed.queued;
  const gate = closedGate(wishes, observed, context.nowMs, hasTurn, termsOf(resumed, spec, observed));
  const begun =
    resumed.frozen || !spec || gate || observed.selection.length === 0
      ? withTurn(resumed, gate)
      : begin(resumed, spec, observed, context);
  if (!begun.frozen) {
    const decision: RolloutDecision = { start: [], state: 'held', batch: 0, hold: gate };
    const record = withPhase(begun, unbegunPhase(wishes), context);
    return { record, steps: [], decision, changedAfterBegin, retryDue: false };
  }

  const input = rolloutInput(begun, begun.frozen, wishes, observed, context);
  const decided = decideRollout({ ...input, hold: gate });
  const decision = withHalt(withNextLook(decided, observed), observed);
  const record = withPhase(
    { ...begun, ...(wishes.cancel ? { cancelled: true } : {}) },
    phaseOf(decision, begun, wishes, observed),
    context,
  );
  const steps = stepsNow(record, decision, wishes, observed, context, (host) => input.progress(host));
  return {
    record,
    steps,
    decision,
    standing: steps.length === 0 && observed.inFlight.size === 0,
    changedAfterBegin,
    retryDue: isRetryDue(record, wishes),
  };
}

function rolloutInput(
  { batches, round }: OperationRecord,
  frozen: NonNullable<OperationRecord['frozen']>,
  { pauseAfter }: Wishes,
  observed: OperationObserved,
  { nowMs }: KindContext,
): RolloutInput {
  return {
    batches,
    progress: (host) => progressOf(host, round, observed),
    unavailable: unavailableHosts(observed, nowMs),
    ...frozen.rollout,
    pauseAfter,
    claimedByOther: (host) => claimedByOther(observed, host),
    nowMs,
  };
}

function termsOf(
  { frozen }: OperationRecord,
  spec: OperationSpec | undefined,
  observed: OperationObserved,
): Terms | undefined {
  if (frozen) return { spec: frozen.spec, overrun: frozen.rollout.overrun, neighbours: frozen.neighbours };
  return spec && { spec, overrun: mergedRollout(spec, observed).overrun, neighbours: observed.neighbours?.around };
}

/** A round that waited for its turn has it from the first moment that nothing holds it back. */
function withTurn(record: OperationRecord, gate: Hold | undefined): OperationRecord {
  if (!record.queued || gate) return record;
  const { queued: _queued, ...rest } = record;
  return rest;
}

/** A higher `retry` than the round in hand is taken up once that has ended, unless it was cancelled. */
function isRetryDue(record: OperationRecord, wishes: Wishes): boolean {
  const ended = record.phase === 'Failed' || record.phase === 'Succeeded';
  return record.frozen !== undefined && ended && wishes.retry > record.round && !wishes.cancel;
}

function firstRecord(name: string, context: KindContext): OperationRecord {
  const { commit, sequence } = context.revision;
  return { format: 1, name, heldSince: { commit, sequence }, phase: 'Pending', round: 0, batches: [] };
}

/**
 * A raised `retry` on a finished operation opens a round with the hosts that have not succeeded. Those that were left down
 * come first: no other may begin beside them.
 */
function takeUpRetry(
  record: OperationRecord,
  wishes: Wishes,
  observed: OperationObserved,
  context: KindContext,
): OperationRecord {
  if (!isRetryDue(record, wishes)) return record;
  const isDown = (host: string): boolean => leftDown(host, observed.scope.get(host), observed);
  const left = record
    .frozen!.hosts.filter((host) => latestVerdict(host, observed)?.result !== 'succeeded')
    .sort((a, b) => Number(isDown(b)) - Number(isDown(a)));
  if (left.length === 0) return record;
  const { batches } = freezeRollout(mergedRollout(record.frozen!.spec, observed), left, observed.scope.size);
  const { finishedAt: _finishedAt, ...open } = record;
  const beganAt = record.beganAt ?? isoTime(context.nowMs);
  return { ...open, phase: 'Running', round: wishes.retry, batches, beganAt, queued: true };
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
    frozen: {
      spec,
      digest: boundDigest(spec),
      commit: context.revision.commit,
      hosts,
      clusters: [...observed.clusters],
      rollout,
      ...(observed.neighbours?.around.length ? { neighbours: observed.neighbours.around } : {}),
    },
  };
}

/** Cluster defaults apply where all selected hosts belong to one cluster. */
function mergedRollout(spec: OperationSpec, observed: OperationObserved): Rollout {
  return rolloutOf(spec, observed.clusters, observed.clusterSpecs);
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
  const tripped = trippedBreaker(observed, context.nowMs);
  return [...inHand, ...decision.start].flatMap((host) => {
    const entries = entriesOf(host, record.round, observed);
    const stop = reasonToStop(observed.scope.get(host), wishes, decision, context.nowMs);
    const standing = standingOf(observed.journal.get(host) ?? [], record.round);
    const step = nextHostStep(record.name, record.frozen!, host, record.round, entries, stop, standing);
    return step && mayBegin(step, observed.halt) && mayDisturb(step, entries, tripped) ? step : [];
  });
}

/** Why a host that was not touched yet gets its outcome without being touched. */
function reasonToStop(
  host: HostView | undefined,
  wishes: Wishes,
  { hold }: RolloutDecision,
  nowMs: number,
): StepOutcome | undefined {
  const skipped = (reason: string, message: string): StepOutcome => ({ result: 'skipped', reason, message });
  if (wishes.cancel) return skipped('Cancelled', 'the operation was cancelled before this host was touched');
  if (hold?.reason === 'FailureBudgetSpent') {
    return skipped('FailureBudgetSpent', 'too many other hosts had failed before this one was touched');
  }
  if (hold?.reason === 'CanaryFailed') return skipped('CanaryFailed', hold.message);
  if (!host?.present) return skipped('HostRemoved', 'the host has left the repository');
  if (inMaintenance(host, nowMs)) {
    return skipped('InMaintenance', `in maintenance by ${host.maintenance!.who}: ${host.maintenance!.why}`);
  }
  return undefined;
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
  if (entries.length === 0 && !observed.inFlight.has(host)) return { state: 'pending' };
  return entries.some(hasFailed) ? { state: 'running', failing: true } : { state: 'running' };
}

/** A step after which the host's outcome can only be `failed`. */
function hasFailed({ step, outcome }: JournalRecord): boolean {
  return step.action !== 'connect' && (outcome?.result === 'failed' || outcome?.result === 'unknown');
}

/** The outcome of a host in the last round that reached it. */
export function latestVerdict(host: string, observed: OperationObserved): JournalRecord['outcome'] {
  let latest: JournalRecord | undefined;
  for (const entry of observed.journal.get(host) ?? []) {
    if (entry.step.verdict && (!latest || entry.round > latest.round)) latest = entry;
  }
  return latest?.outcome;
}

function claimedByOther(observed: OperationObserved, host: string): string | undefined {
  const owner = observed.scope.get(host)?.claim?.owner;
  return owner === undefined || owner === observed.key ? undefined : owner;
}

function unbegunPhase(wishes: Wishes): Phase {
  if (wishes.cancel) return 'Cancelled';
  return wishes.suspend || wishes.adopted ? 'Suspended' : 'Pending';
}

/** Holds that only a person ends. */
const PAUSES: ReadonlySet<string> = new Set(['Suspended', 'PausedAfterBatch', 'StoreAdopted', HALTED]);

function phaseOf(
  decision: RolloutDecision,
  record: OperationRecord,
  wishes: Wishes,
  observed: OperationObserved,
): Phase {
  if (decision.state === 'stopped') return 'Failed';
  if (decision.state === 'finished') return endPhase(record, observed);
  if (decision.state === 'held' && wishes.cancel) return 'Cancelled';
  if (record.queued && decision.hold?.reason === 'Queued') return 'Pending';
  const paused = PAUSES.has(decision.hold?.reason ?? '');
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
