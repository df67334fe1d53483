import { isoTime } from '../../model/clock.ts';
import { claimsOf, mergeConditions, type ConditionClaim } from '../../model/conditions.ts';
import type { Assessment } from '../../model/controller.ts';
import { reasonOfCode } from '../../model/errors.ts';
import { canonicalJson } from '../../model/digest.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { isOver } from '../../rollout/freeze.ts';
import type { KindContext } from '../context.ts';
import { revisionsFor } from '../revisions.ts';
import type { HostObserved } from './observe.ts';
import { joinHost, nextProfile } from './join.ts';
import { profileDetail } from './profile-state.ts';
import { assessDeparture, assessLeaving } from './leave.ts';
import { isSameMachine, type HostRecord } from './record.ts';
import { stableFacts } from './stable-facts.ts';
import { isAnswering } from './words.ts';
import { diskFullClaim } from './disk.ts';
import { MOST_HOSTS_UNKNOWN, MOST_HOSTS_UNKNOWN_MESSAGE } from './sight.ts';
import { skewClaim, stableSkew } from './skew.ts';

/** Codes after which only a person can help: looked at again on the interval, but never a matter of waiting. */
const STALLING = new Set([
  'HOST_KEY_CHANGED',
  'HOST_KEY_UNKNOWN',
  'LOGIN_REFUSED',
  'IDENTITY_UNUSABLE',
  'SUDO_REFUSED',
  'KNOWN_HOSTS_UNREADABLE',
  'TOO_MANY_JUMPS',
]);

/** Host status: `investigating`, `bootstrapping`, `disassociated`, `active`; or `failed`, and back when it recovers. Pure. */
export function assessHost(
  resource: Resource<'Host'> | undefined,
  observed: HostObserved,
  context: KindContext,
): Assessment {
  if (!resource) return assessDeparture(observed, context);
  const record = nextRecord(resource, observed, context.nowMs);
  const reach = reachOf(record, observed, context.nowMs);
  const joined = reach === 'answers' ? joinHost(record.profile, observed.joining, resource.digest) : undefined;
  const word = joined?.word ?? (reach as 'investigating' | 'failed');
  // From here on it is down for itself, whatever becomes of the others.
  if (reach === 'failed') delete record.vanished;
  const maintenance = resource.spec.maintenance;
  const inMaintenance = maintenance !== undefined && !isOver(maintenance.until, context.nowMs);
  const claims = joined
    ? withWarnings(joined.claims, record, resource.digest)
    : conditionClaims(reach as 'investigating' | 'failed', record, resource.digest);
  if (inMaintenance) {
    const until = maintenance.until ? ` until ${maintenance.until}` : '';
    claims.push({
      type: 'Suspended',
      status: 'True',
      reason: 'InMaintenance',
      message: `in maintenance by ${maintenance.who}${until}: ${maintenance.why}`,
      observedGeneration: resource.digest,
    });
  }
  const assessed = {
    status: {
      key: observed.key,
      cluster: resource.spec.cluster,
      status: word,
      conditions: mergeConditions(observed.previous?.conditions ?? [], claims, isoTime(context.nowMs)),
      ...revisionsFor(observed.key, resource.digest, observed.previous, context, word === 'active'),
      detail: {
        address: resource.spec.address,
        ...(record.facts ? { facts: record.facts as unknown as JsonObject } : {}),
        ...(record.hostKey ? { hostKey: record.hostKey } : {}),
        ...(record.clockSkew === undefined ? {} : { clockSkew: record.clockSkew }),
        ...(inMaintenance ? { maintenance: true } : {}),
        ...(record.profile ? { profile: profileDetail(record.profile) } : {}),
      },
    },
    record: record as unknown as Json,
    concernsOthers: isNews(record, observed),
    outcome: outcomeOf(word, record, observed),
    ...(observed.returned ? { leaving: null } : {}),
  };
  return observed.leaving
    ? assessLeaving(assessed, record, observed.leaving, observed.check?.reached === true, context)
    : assessed;
}

/** One condition of a type: what keeps steps from being begun comes first, then what differs from the profile, then the clock. */
function withWarnings(claims: readonly ConditionClaim[], record: HostRecord, digest: string): ConditionClaim[] {
  if (record.diskFull) return [...claims.filter(({ type }) => type !== 'Drifted'), diskFullClaim(digest)];
  if (record.clockSkew === undefined || claims.some(({ type }) => type === 'Drifted')) return [...claims];
  return [...claims, skewClaim(record.clockSkew, digest)];
}

/** An operation counts a host as up from its first answer in this process, and as down from the first check that it misses. */
function isNews(record: HostRecord, { record: before, check }: HostObserved): boolean {
  if (check?.reached && check.first) return true;
  if (canonicalJson(record.profile ?? null) !== canonicalJson(before?.profile ?? null)) return true;
  return (record.failure === undefined) !== (before?.failure === undefined);
}

/** Time to the next look. A first sight is followed at once by the first check, unless somebody is changing the host. */
function outcomeOf(word: string, record: HostRecord, observed: HostObserved): Assessment['outcome'] {
  if (word === 'investigating' && !record.failure && !observed.claimedBy) return { result: 'progress' };
  // One that waits for its turn to be bootstrapped is as well as it can be: looking at it more often brings nothing about.
  const well = isAnswering(word) && record.misses === 0;
  return {
    result: 'steady',
    recheckAfterMs: well || observed.claimedBy ? observed.settings.intervalMs : observed.settings.retryMs,
  };
}

function nextRecord(resource: Resource<'Host'>, observed: HostObserved, nowMs: number): HostRecord {
  const { address, port, reimage } = observed;
  const first = { format: 1, address, port, misses: 0, ...(reimage > 0 ? { reimage } : {}) };
  const last: HostRecord = isSameMachine(observed.record, first) ? observed.record : first;
  const { leave: _leave, ...known } = last;
  const before: HostRecord = { ...known, ...(observed.leave ? { leave: observed.leave } : {}) };
  const check = observed.check;
  if (!check) return { ...before };
  if (!check.reached) return missed(before, check, observed, nowMs);
  const {
    failure: _failure,
    missedSince: _missedSince,
    vanished: _vanished,
    clockSkew: skew,
    diskFull: _full,
    hostKey: recorded,
    profile: compared,
    ...rest
  } = before;
  // A key that somebody wrote down is not ours to keep; another one than we had recorded makes that void.
  const hostKey = check.firstUse || check.hostKey === recorded ? check.hostKey : undefined;
  const clockSkew = stableSkew(check.clockSkew ?? 0, skew);
  const profile = nextProfile(check.comparison, compared);
  return {
    ...rest,
    ...(hostKey === undefined ? {} : { hostKey }),
    misses: 0,
    facts: stableFacts(check.facts, before.facts, nowMs),
    ...(clockSkew === undefined ? {} : { clockSkew }),
    ...(profile ? { profile } : {}),
    ...(check.facts.diskFull ? { diskFull: true as const } : {}),
  };
}

/** One more miss; while most hosts are away it is no proof against this one, and does not count. */
function missed(
  before: HostRecord,
  failure: { code: string; message: string },
  { previous, settings, vanish }: HostObserved,
  nowMs: number,
): HostRecord {
  const { code } = failure;
  // What a host says in place of an answer may be other words each time: a status that follows them is a commit each time.
  const sameTrouble = code === 'HOST_ANSWER_UNREADABLE' && before.failure?.code === code;
  const message = sameTrouble ? before.failure!.message : failure.message;
  const wasUp = before.vanished === true || isAnswering(previous?.status);
  const excused = vanish !== undefined && wasUp && !STALLING.has(code);
  return {
    ...before,
    failure: { code, message },
    misses: excused ? 0 : Math.min(before.misses + 1, settings.failAfter),
    ...(wasUp ? { missedSince: before.missedSince ?? isoTime(nowMs) } : {}),
    ...(excused ? { vanished: true as const } : {}),
  };
}

function reachOf(
  record: HostRecord,
  { settings, previous }: HostObserved,
  nowMs: number,
): 'investigating' | 'answers' | 'failed' {
  if (!record.facts && !record.failure) return 'investigating';
  if (!record.failure) return 'answers';
  if (STALLING.has(record.failure.code)) return 'failed';
  if (record.misses >= settings.failAfter && isProven(record, previous, settings.intervalMs, nowMs)) return 'failed';
  if (record.vanished) return 'investigating';
  // A host that was well keeps its word until it has missed enough checks; one never reached has failed at once.
  return isAnswering(previous?.status) ? 'answers' : 'failed';
}

/**
 * A host that was active has failed no sooner than one interval after its first miss: by then every other host has had its
 * check too, and it is known whether they all went at once.
 */
function isProven(
  { missedSince }: HostRecord,
  previous: HostObserved['previous'],
  intervalMs: number,
  nowMs: number,
): boolean {
  if (!isAnswering(previous?.status) || missedSince === undefined) return true;
  return nowMs - Date.parse(missedSince) >= intervalMs;
}

function conditionClaims(word: 'investigating' | 'failed', record: HostRecord, digest: string): ConditionClaim[] {
  const make = claimsOf(digest);
  if (word === 'investigating' && record.vanished)
    return [
      make('Ready', 'Unknown', MOST_HOSTS_UNKNOWN, MOST_HOSTS_UNKNOWN_MESSAGE),
      make('Healthy', 'Unknown', MOST_HOSTS_UNKNOWN, MOST_HOSTS_UNKNOWN_MESSAGE),
    ];
  if (word === 'investigating')
    return [make('Ready', 'Unknown', 'Investigating', 'the host has not been looked at yet')];
  const { code, message } = record.failure!;
  const reason = reasonOfCode(code);
  const stalled = STALLING.has(code) ? [make('Stalled', 'True', reason, message)] : [];
  return [make('Ready', 'False', reason, message), make('Healthy', 'False', reason, message), ...stalled];
}
