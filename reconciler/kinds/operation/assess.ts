import type { OperationSpec } from '../../../schema/generated/types.ts';
import { claimsOf, mergeConditions, type ConditionClaim } from '../../model/conditions.ts';
import type { Assessment, Outcome } from '../../model/controller.ts';
import { isoTime } from '../../model/clock.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { HALTED } from '../../rollout/brake.ts';
import { nameSome } from '../../rollout/decide.ts';
import type { KindContext } from '../context.ts';
import { revisionsFor } from '../revisions.ts';
import { latestVerdict, progressOf, type Considered } from './consider.ts';
import { dataOf, isOut, standingIn } from './neighbours/standing.ts';
import type { OperationObserved } from './observed.ts';
import type { ApprovalRecord } from './approval.ts';
import { isTerminal, type OperationRecord } from './record.ts';

/** Status, record and time of the next look of one operation. Pure. */
export function assessOperation(
  resource: Resource<'Operation'> | undefined,
  observed: OperationObserved,
  considered: Considered | undefined,
  context: KindContext,
): Assessment {
  if (!considered) return { status: undefined, outcome: { result: 'steady' } };
  const { record } = considered;
  const spec = resource?.spec ?? record.frozen?.spec;
  const tally = tallyHosts(record, observed);
  const claims = conditionClaims(resource, considered, observed, tally);
  const attempted = revisionsFor(
    observed.key,
    resource?.digest,
    observed.previous,
    context,
    claims[0]!.status === 'True',
  );
  const status: ObjectStatus = {
    key: observed.key,
    cluster: (record.frozen?.clusters ?? observed.clusters)[0],
    status: record.phase,
    conditions: mergeConditions(observed.previous?.conditions ?? [], claims, isoTime(context.nowMs)),
    ...attempted,
    detail: { ...detailOf(spec, record, considered, observed, tally), ...(resource ? {} : { removed: true }) },
  };
  return { status, record: record as unknown as Json, outcome: outcomeOf(considered) };
}

interface Tally {
  succeeded: string[];
  failed: string[];
  skipped: string[];
  running: string[];
  pending: string[];
}

/** Every host in exactly one place. */
function tallyHosts(record: OperationRecord, observed: OperationObserved): Tally {
  const tally: Tally = { succeeded: [], failed: [], skipped: [], running: [], pending: [] };
  const inRound = new Set(record.batches.flat());
  for (const host of record.frozen?.hosts ?? observed.selection) {
    const progress = inRound.has(host) ? progressOf(host, record.round, observed) : undefined;
    const latest = latestVerdict(host, observed);
    if (progress?.state === 'running') tally.running.push(host);
    else if (progress?.state === 'done') tally[progress.result].push(host);
    else if (!progress && latest) tally[latest.result === 'unknown' ? 'failed' : latest.result].push(host);
    else tally.pending.push(host);
  }
  return tally;
}

function conditionClaims(
  resource: Resource<'Operation'> | undefined,
  { record, decision, changedAfterBegin }: Considered,
  observed: OperationObserved,
  tally: Tally,
): ConditionClaim[] {
  const generation = resource?.digest ?? observed.previous?.observedGeneration;
  const claim = claimsOf(generation);
  const recap = recapOf(tally);
  const stalled = stalledBy(resource, record, observed, changedAfterBegin);
  if (isTerminal(record.phase)) {
    const ready = record.phase === 'Succeeded' && !stalled;
    return [
      stalled && record.phase === 'Succeeded'
        ? claim('Ready', 'False', stalled.reason, stalled.message)
        : claim(
            'Ready',
            ready ? 'True' : 'False',
            record.phase,
            endMessage(record, decision?.hold?.message, recap, tally, observed),
          ),
      ...(stalled ? [claim('Stalled', 'True', stalled.reason, stalled.message)] : []),
    ];
  }
  if (!record.frozen && stalled) {
    return [
      claim('Ready', 'False', stalled.reason, stalled.message),
      claim('Stalled', 'True', stalled.reason, stalled.message),
    ];
  }
  const hold = decision?.hold;
  const where = record.frozen
    ? `batch ${Math.min((decision?.batch ?? 0) + 1, record.batches.length)} of ${record.batches.length}; ${recap}`
    : recap;
  const message = withLacking(hold ? `${hold.message} (${where})` : where, observed);
  return [
    claim('Ready', 'Unknown', hold?.reason ?? 'Progressing', message),
    claim('Reconciling', record.phase === 'Suspended' ? 'False' : 'True', hold?.reason ?? 'Progressing', message),
    ...(record.phase === 'Suspended'
      ? [claim('Suspended', 'True', hold?.reason ?? 'Suspended', hold?.message ?? 'suspended')]
      : []),
    ...(stalled ? [claim('Drifted', 'True', stalled.reason, stalled.message)] : []),
  ];
}

/** What is declared and not done by this build is said until it has ended. */
function withLacking(message: string, { neighbours }: OperationObserved): string {
  return [message, ...(neighbours?.lacking ?? [])].join('; ');
}

/** What only a new commit can mend. */
function stalledBy(
  resource: Resource<'Operation'> | undefined,
  record: OperationRecord,
  observed: OperationObserved,
  changedAfterBegin: boolean,
): { reason: string; message: string } | undefined {
  if (resource && !record.frozen && record.phase === 'Pending' && observed.selection.length === 0) {
    return { reason: 'EmptySelection', message: 'the target selects no host, so nothing is done; correct spec.target' };
  }
  if (!resource || !changedAfterBegin) return undefined;
  if (isTerminal(record.phase)) {
    return {
      reason: 'NameUsed',
      message: `an operation named ${record.name} has run before (${record.phase} at ${record.finishedAt}); a name runs once: choose another`,
    };
  }
  return {
    reason: 'ChangedAfterBegin',
    message:
      'the document was changed after the operation began; what began is carried out, and only suspend, cancel, retry and rollout.pauseAfter are taken up',
  };
}

function endMessage(
  record: OperationRecord,
  hold: string | undefined,
  recap: string,
  tally: Tally,
  observed: OperationObserved,
): string {
  const worst = tally.failed[0] ?? tally.skipped[0];
  const why = worst ? `; ${worst}: ${latestVerdict(worst, observed)?.message ?? ''}` : '';
  const named = tally.failed.length > 0 ? `; failed: ${nameSome(tally.failed)}` : '';
  const out = (record.frozen?.hosts ?? []).filter((host) => isOut(standingIn(latestVerdict(host, observed)?.data).out));
  const left = out.length > 0 ? `; not put back in service: ${nameSome(out)}` : '';
  return `${record.phase === 'Failed' && hold ? `${hold}; ` : ''}${recap}${named}${left}${why}`;
}

function recapOf(tally: Tally): string {
  const parts = (['succeeded', 'failed', 'skipped', 'running', 'pending'] as const)
    .filter((word) => tally[word].length > 0 || word === 'succeeded')
    .map((word) => `${tally[word].length} ${word}`);
  return parts.join(', ');
}

function detailOf(
  spec: OperationSpec | undefined,
  record: OperationRecord,
  { decision }: Considered,
  observed: OperationObserved,
  tally: Tally,
): JsonObject {
  const outcomes: JsonObject = {};
  for (const host of record.frozen?.hosts ?? []) {
    const verdict = latestVerdict(host, observed);
    // While it runs only what went wrong is listed: a status that grows with every host would be written with every host.
    if (!verdict || (verdict.result === 'succeeded' && !isTerminal(record.phase))) continue;
    const brief: JsonObject = { result: verdict.result };
    if (verdict.result !== 'succeeded') Object.assign(brief, { reason: verdict.reason, message: verdict.message });
    if (verdict.data?.exitCode !== undefined) brief.exitCode = verdict.data.exitCode;
    Object.assign(brief, dataOf(standingIn(verdict.data)));
    outcomes[host] = brief;
  }
  const count = (word: keyof Tally): number => tally[word].length;
  return {
    type: spec?.type ?? 'restart',
    clusters: [...(record.frozen?.clusters ?? observed.clusters)],
    hosts: {
      total: (record.frozen?.hosts ?? observed.selection).length,
      succeeded: count('succeeded'),
      failed: count('failed'),
      skipped: count('skipped'),
      running: count('running'),
      pending: count('pending'),
    },
    batches: {
      total: record.batches.length,
      current: Math.min((decision?.batch ?? record.batches.length) + 1, record.batches.length),
    },
    running: tally.running,
    round: record.round,
    ...(record.approval ? { approval: approvalDetail(record.approval) } : {}),
    ...(record.frozen?.commit ? { commit: record.frozen.commit } : {}),
    ...(record.beganAt ? { beganAt: record.beganAt } : {}),
    ...(record.finishedAt ? { finishedAt: record.finishedAt } : {}),
    outcomes,
  };
}

/** What the status says of an approval: also what a record is rebuilt from. */
function approvalDetail({ shown, given, waits }: ApprovalRecord): JsonObject {
  const [binding] = shown;
  return {
    ...(binding ? { digest: binding.digest } : {}),
    ...(given && !waits ? { commit: given.commit, who: given.who, change: { ...given.change } } : {}),
  };
}

function outcomeOf({ record, decision, steps, retryDue, standing }: Considered): Outcome {
  if (isTerminal(record.phase)) return { result: retryDue ? 'progress' : 'steady' };
  const hold = decision?.hold;
  // Nothing moves until the brake is lifted but what is in hand, which brings the operation back when it ends. The same goes
  // for a host in hand that a circuit breaker keeps from being disturbed.
  const halted = hold?.reason === HALTED;
  if (steps.length > 0 || (decision?.state === 'running' && !halted && !standing)) return { result: 'progress' };
  const lookAgain = decision?.state === 'running' && !halted ? LOOK_AGAIN_MS : undefined;
  return { result: 'waiting', reason: hold?.reason ?? 'Pending', retryAfterMs: hold?.retryAfterMs ?? lookAgain };
}

/** How soon a host in hand that may not be disturbed is looked at again, in milliseconds. */
const LOOK_AGAIN_MS = 2000;
