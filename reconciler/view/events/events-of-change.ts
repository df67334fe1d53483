import { CONDITION_TYPES, type Condition } from '../../model/conditions.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { splitKey, type ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { cleanText } from '../../status/text.ts';
import type { CacheChange } from '../fleet-cache.ts';
import type { EventBody, Progress } from './event.ts';

/** Longest message of an event, in UTF-16 units: the object itself has it whole. */
const MAX_MESSAGE = 300;
/** Steps told of one change; whoever reads sees by the operation itself that there were more. */
const MAX_STEPS = 200;
const ABSENT = 'absent';

/** What one change of an object means, in a fixed order: the object, its status word, its conditions, its steps. Pure. */
export function eventsOfChange({ key, before, now }: CacheChange, nowIso: string): EventBody[] {
  const cluster = now?.cluster ?? before?.cluster;
  const common = { key, ...(cluster === undefined ? {} : { cluster }) };
  if (!now) return [{ time: nowIso, type: 'removed', ...common, text: `${key} is gone` }];
  const progress = progressOf(now);
  const word = cleanText(now.status, 100);
  const object: EventBody = {
    time: nowIso,
    type: 'object',
    ...common,
    text: `${key} is ${before ? '' : 'new and '}${word}`,
    status: word,
    ...(progress && { progress }),
  };
  if (!before) return [object];
  return [object, ...transitions(before, now, common, nowIso), ...steps(before, now, common, nowIso)];
}

interface Common {
  key: ResourceKey;
  cluster?: string;
}

function transitions(before: ObjectStatus, now: ObjectStatus, common: Common, nowIso: string): EventBody[] {
  const found: EventBody[] = [];
  if (before.status !== now.status) {
    const [from, to] = [cleanText(before.status, 100), cleanText(now.status, 100)];
    const text = `${common.key}: ${from} → ${to}`;
    found.push({ time: nowIso, type: 'transition', ...common, text, of: 'status', from, to });
  }
  for (const type of CONDITION_TYPES) {
    const [old, current] = [conditionOf(before, type), conditionOf(now, type)];
    if (old?.status === current?.status) continue;
    const [from, to] = [old?.status ?? ABSENT, current?.status ?? ABSENT];
    const reason = current && cleanText(current.reason, 100);
    const message = current && cleanText(current.message, MAX_MESSAGE);
    found.push({
      time: current?.lastTransitionTime ?? nowIso,
      type: 'transition',
      ...common,
      text: `${common.key}: ${type} ${from} → ${to}${reason === undefined ? '' : ` (${reason})`}`,
      of: type,
      from,
      to,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
    });
  }
  return found;
}

function conditionOf({ conditions }: ObjectStatus, type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** Hosts that an operation has begun or ended with between two of its statuses. */
function steps(before: ObjectStatus, now: ObjectStatus, common: Common, time: string): EventBody[] {
  if (splitKey(now.key).kind !== 'Operation') return [];
  const [was, is] = [runningOf(before), runningOf(now)];
  const found: EventBody[] = [];
  for (const host of was) {
    if (is.has(host)) continue;
    const result = resultOf(now, host);
    const text = `${now.key} has ended with ${host}: ${result}`;
    found.push({ time, type: 'step', ...common, text, host, state: 'ended', result });
  }
  for (const host of is) {
    if (was.has(host)) continue;
    found.push({ time, type: 'step', ...common, text: `${now.key} has begun with ${host}`, host, state: 'began' });
  }
  return found.slice(0, MAX_STEPS);
}

function runningOf({ detail }: ObjectStatus): Set<string> {
  const { running } = detail;
  return new Set(Array.isArray(running) ? running.filter((host) => typeof host === 'string') : []);
}

/** While an operation runs its status lists only what did not succeed. */
function resultOf({ detail }: ObjectStatus, host: string): string {
  const outcome = objectIn(detail.outcomes)?.[host];
  const result = objectIn(outcome)?.result;
  return typeof result === 'string' ? cleanText(result, 50) : 'succeeded';
}

function progressOf({ key, detail }: ObjectStatus): Progress | undefined {
  if (splitKey(key).kind !== 'Operation') return undefined;
  const [hosts, batches] = [objectIn(detail.hosts), objectIn(detail.batches)];
  if (!hosts || !batches) return undefined;
  const counts = Object.entries(hosts).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return { hosts: Object.fromEntries(counts), batch: numberIn(batches.current), batches: numberIn(batches.total) };
}

function objectIn(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function numberIn(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
