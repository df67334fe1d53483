import { isoTime } from '../../model/clock.ts';
import type { Facts } from '../../hosts/facts.ts';
import { mergeConditions, type ConditionClaim } from '../../model/conditions.ts';
import type { Assessment } from '../../model/controller.ts';
import { reasonOfCode } from '../../model/errors.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { isOver } from '../../rollout/freeze.ts';
import type { KindContext } from '../context.ts';
import { revisionsFor } from '../revisions.ts';
import type { HostObserved } from './observe.ts';
import type { HostRecord, StableFacts } from './record.ts';

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

/** Host status: `investigating`, then `active` or `failed`, and `active` again when it recovers. Pure. */
export function assessHost(
  resource: Resource<'Host'> | undefined,
  observed: HostObserved,
  context: KindContext,
): Assessment {
  if (!resource) return { status: undefined, record: null, outcome: { result: 'steady' } };
  const record = nextRecord(resource, observed, context.nowMs);
  const word = statusWord(record, observed);
  const maintenance = resource.spec.maintenance;
  const inMaintenance = maintenance !== undefined && !isOver(maintenance.until, context.nowMs);
  const claims = conditionClaims(word, record, observed, resource.digest);
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
  return {
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
        ...(inMaintenance ? { maintenance: true } : {}),
      },
    },
    record: record as unknown as Json,
    outcome: outcomeOf(word, record, observed),
  };
}

/** Time to the next look. A first sight is followed at once by the first check. */
function outcomeOf(word: string, record: HostRecord, observed: HostObserved): Assessment['outcome'] {
  if (word === 'investigating') return { result: 'progress' };
  const well = word === 'active' && record.misses === 0;
  return {
    result: 'steady',
    recheckAfterMs: well || observed.claimedBy ? observed.settings.intervalMs : observed.settings.retryMs,
  };
}

function nextRecord(resource: Resource<'Host'>, observed: HostObserved, nowMs: number): HostRecord {
  const { address, port } = observed;
  const moved = !observed.record || observed.record.address !== address || observed.record.port !== port;
  const before: HostRecord = moved ? { format: 1, address, port, misses: 0 } : observed.record!;
  const check = observed.check;
  if (!check) return before;
  if (!check.reached) {
    return {
      ...before,
      misses: Math.min(before.misses + 1, observed.settings.failAfter),
      failure: { code: check.code, message: check.message },
    };
  }
  const { failure: _failure, ...rest } = before;
  const recorded = resource.spec.hostKeys === undefined ? { hostKey: check.hostKey } : {};
  return { ...rest, ...recorded, misses: 0, facts: stableFacts(check.facts, before.facts, nowMs) };
}

function stableFacts(seen: Facts, before: StableFacts | undefined, nowMs: number): StableFacts {
  const { uptimeSeconds, hostTime: _hostTime, ...facts } = seen;
  const same = before?.bootId === facts.bootId;
  // Computed from the uptime, which moves by a rounding at every look: worked out once for each boot.
  return {
    ...facts,
    bootedAt: same ? before.bootedAt : isoTime(Math.round((nowMs - uptimeSeconds * 1000) / 1000) * 1000),
  };
}

function statusWord(record: HostRecord, observed: HostObserved): 'investigating' | 'active' | 'failed' {
  if (!record.facts && !record.failure) return 'investigating';
  if (!record.failure) return 'active';
  if (STALLING.has(record.failure.code) || record.misses >= observed.settings.failAfter) return 'failed';
  // A host that was well keeps its word until it has missed enough checks; one never reached has failed at once.
  return observed.previous?.status === 'active' ? 'active' : 'failed';
}

function conditionClaims(word: string, record: HostRecord, observed: HostObserved, digest: string): ConditionClaim[] {
  const make = (
    type: ConditionClaim['type'],
    status: ConditionClaim['status'],
    reason: string,
    message: string,
  ): ConditionClaim => ({
    type,
    status,
    reason,
    message,
    observedGeneration: digest,
  });
  if (word === 'investigating')
    return [make('Ready', 'Unknown', 'Investigating', 'the host has not been looked at yet')];
  if (word === 'active') {
    return [
      make('Ready', 'True', 'Reachable', 'the host answers'),
      make('Healthy', 'True', 'Reachable', 'the host answers'),
    ];
  }
  const { code, message } = record.failure!;
  const reason = reasonOfCode(code);
  const stalled = STALLING.has(code) ? [make('Stalled', 'True', reason, message)] : [];
  return [make('Ready', 'False', reason, message), make('Healthy', 'False', reason, message), ...stalled];
}
