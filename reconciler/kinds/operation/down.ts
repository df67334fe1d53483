import type { JournalRecord } from '../../model/plan.ts';
import type { RolloutDecision } from '../../rollout/decide.ts';
import { isOver } from '../../rollout/freeze.ts';
import type { HostView, OperationObserved } from './observed.ts';
import { standingOf, isOut } from './neighbours/standing.ts';
import { QUARANTINES } from './verdict.ts';

/** Hosts of the scope that count as down: not active, being changed by anybody, or left unproven by this operation. */
export function unavailableHosts(observed: OperationObserved, nowMs: number): Set<string> {
  const down = new Set<string>();
  for (const [name, host] of observed.scope) {
    if (!host.present || inMaintenance(host, nowMs)) continue;
    const unproven = leftDown(name, host, observed);
    if (!host.active || host.claim || observed.inFlight.has(name) || unproven) down.add(name);
  }
  return down;
}

/**
 * A host that failed in our hands is down until it is seen again; one that was changed and did not pass, or that was not put
 * back where it was taken out, until a retry proves it.
 */
export function leftDown(name: string, host: HostView | undefined, observed: OperationObserved): boolean {
  return isLeftOut(name, observed) || hasFailedCheck(name, observed) || unseenSinceFailing(name, host, observed);
}

function isLeftOut(name: string, observed: OperationObserved): boolean {
  return isOut(standingOf(observed.journal.get(name) ?? [], Infinity).out);
}

function hasFailedCheck(name: string, observed: OperationObserved): boolean {
  const verdict = failedVerdict(name, observed);
  if (verdict === undefined) return false;
  return entriesOf(name, verdict.round, observed).some(
    ({ step, outcome }) => QUARANTINES.has(step.action) && outcome !== undefined && outcome.result !== 'succeeded',
  );
}

function unseenSinceFailing(name: string, host: HostView | undefined, observed: OperationObserved): boolean {
  const at = failedVerdict(name, observed)?.outcome?.at;
  return at !== undefined && (host?.lastSeen === undefined || host.lastSeen <= Date.parse(at));
}

/** The host's last outcome, of whichever round, when it failed in a way that may have left it down. A skip changes nothing. */
function failedVerdict(name: string, observed: OperationObserved): JournalRecord | undefined {
  let latest: JournalRecord | undefined;
  for (const entry of observed.journal.get(name) ?? []) {
    if (!entry.step.verdict || entry.outcome?.result === 'skipped') continue;
    if (!latest || entry.round > latest.round) latest = entry;
  }
  return latest?.outcome?.result === 'failed' && latest.outcome.data?.down === true ? latest : undefined;
}

/** Reason of the hold while hosts have not been looked at since the daemon started. */
export const NOT_CHECKED_YET = 'HostsNotCheckedYet';

const NOT_CHECKED_YET_MESSAGE = 'waits until every host has been looked at once since the daemon started';

/** How soon to look whether a failed host has been seen, in milliseconds. */
const LOOK_AGAIN_MS = 2000;

/**
 * A host that failed and answers again does not change its status, so nobody is told: the operation looks by itself. One
 * that stays away becomes `failed`, and its return then wakes the operation.
 */
export function withNextLook(decision: RolloutDecision, observed: OperationObserved): RolloutDecision {
  const { hold } = decision;
  if (hold?.reason !== 'MaxUnavailable') return decision;
  // They are not down, only unknown, for the few seconds after a start; the first look at each wakes the operation.
  if ([...observed.scope.values()].some((host) => host.present && host.unchecked && !host.claim))
    return { ...decision, hold: { reason: NOT_CHECKED_YET, message: NOT_CHECKED_YET_MESSAGE } };
  const soon = [...observed.scope].some(
    ([name, host]) =>
      host.active &&
      unseenSinceFailing(name, host, observed) &&
      !hasFailedCheck(name, observed) &&
      !isLeftOut(name, observed),
  );
  return soon ? { ...decision, hold: { ...hold, retryAfterMs: LOOK_AGAIN_MS } } : decision;
}

export function inMaintenance(host: HostView, nowMs: number): boolean {
  return host.maintenance !== undefined && !isOver(host.maintenance.until, nowMs);
}

export function entriesOf(host: string, round: number, observed: OperationObserved): JournalRecord[] {
  return (observed.journal.get(host) ?? []).filter((entry) => entry.round === round);
}
