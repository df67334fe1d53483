import { readJournal } from '../../kinds/operation/journal.ts';
import { asOperationRecord, isTerminal, type OperationRecord } from '../../kinds/operation/record.ts';
import type { Json } from '../../model/json.ts';
import type { JournalRecord, StepOutcome } from '../../model/plan.ts';
import { keyOf, splitKey } from '../../model/resource.ts';
import { keys } from '../../store/keys.ts';
import type { CachedObject } from '../fleet-cache.ts';
import type { ViewContext } from '../http/context.ts';
import { entriesBelow } from '../store-view.ts';
import { commissaireTime } from './commissaire-time.ts';
import type { DeployRecord, RecordStatus, RestartRecord, UpgradeRecord } from './shapes.ts';

export type RecordType = 'deploy' | 'upgrade' | 'restart';

type Reading = Pick<ViewContext, 'cache' | 'store' | 'desired'>;

/**
 * The record of the latest operation of a type on a cluster, with the addresses of this cluster's hosts. The latest is the
 * one that began last. Undefined: none ever began.
 */
export async function operationRecord(
  type: RecordType,
  cluster: string,
  context: Reading,
  signal: AbortSignal,
): Promise<DeployRecord | UpgradeRecord | RestartRecord | undefined> {
  const latest = latestOperation(type, cluster, context);
  if (!latest) return undefined;
  const { name } = splitKey(latest.status.key);
  const record = asOperationRecord((await context.store.get(keys.record(latest.status.key), signal))?.value);
  const outcomes = await outcomesOf(latest, record, context, signal);
  const addresses = (hosts: readonly string[]): string[] => addressesIn(cluster, hosts, latest, context);
  const ended = record ? isTerminal(record.phase) : commissaireTime(textOf(latest, 'finishedAt')) !== '';
  const failed = [...outcomes].filter(([, result]) => result === 'failed' || result === 'unknown');
  const done = addresses([...outcomes].filter(([, result]) => result === 'succeeded').map(([host]) => host));
  // A host that failed stays in process, as it did in Commissaire: that is where its clients look for it.
  const in_process = addresses([...namesIn(latest.status.detail.running), ...failed.map(([host]) => host)]);
  const status = statusOf(latest, ended);
  const times = {
    started_at: commissaireTime(textOf(latest, 'beganAt')),
    finished_at: ended ? commissaireTime(textOf(latest, 'finishedAt')) : '',
  };
  if (type === 'restart') return { name: cluster, status, restarted: done, in_process, ...times };
  if (type === 'upgrade') return { name: cluster, status, upgraded: done, in_process, ...times };
  return { name: cluster, status, version: versionOf(name, record, context), deployed: done, in_process, ...times };
}

function latestOperation(type: RecordType, cluster: string, { cache }: Reading): CachedObject | undefined {
  let latest: CachedObject | undefined;
  let last = '';
  for (const each of cache.list('Operation')) {
    const { detail } = each.status;
    const began = textOf(each, 'beganAt') ?? '';
    if (detail.type !== type || began === '' || !namesIn(detail.clusters).includes(cluster)) continue;
    if (began >= last) [latest, last] = [each, began];
  }
  return latest;
}

function statusOf({ status: { status: phase } }: CachedObject, ended: boolean): RecordStatus {
  if (!ended) return 'in_process';
  return phase === 'Succeeded' ? 'finished' : 'failed';
}

type Outcomes = ReadonlyMap<string, StepOutcome['result']>;

const known = new WeakMap<CachedObject, Promise<Outcomes>>();

/**
 * What came of each host so far. Once it has ended its status tells all; while it runs the journal does, which is read
 * once for each change of the status.
 */
async function outcomesOf(
  operation: CachedObject,
  record: OperationRecord | undefined,
  { store }: Reading,
  signal: AbortSignal,
): Promise<Outcomes> {
  if (!record || isTerminal(record.phase)) return outcomesTold(operation);
  const before = known.get(operation);
  if (before) return before;
  const reading = outcomesJournalled(splitKey(operation.status.key).name, { store }, signal);
  known.set(operation, reading);
  reading.catch(() => known.delete(operation));
  return reading;
}

function outcomesTold({ status: { detail } }: CachedObject): Outcomes {
  const outcomes = (detail.outcomes ?? {}) as Record<string, { result?: StepOutcome['result'] } | null>;
  return new Map(Object.entries(outcomes).map(([host, outcome]) => [host, outcome?.result ?? 'unknown']));
}

async function outcomesJournalled(
  name: string,
  { store }: Pick<Reading, 'store'>,
  signal: AbortSignal,
): Promise<Outcomes> {
  const sealed = await store.get(keys.sealed(name), signal);
  const entries: [string, Json][] = [];
  for await (const { key, value } of entriesBelow(store, keys.journalOf(name), signal)) entries.push([key, value]);
  const journal = readJournal(name, { get: () => sealed?.value, list: () => entries });
  return new Map(
    [...journal].flatMap(([host, steps]) => {
      const result = latestResult(steps);
      return result === undefined ? [] : [[host, result] as const];
    }),
  );
}

function latestResult(steps: readonly JournalRecord[]): StepOutcome['result'] | undefined {
  let latest: JournalRecord | undefined;
  for (const entry of steps) if (entry.step.verdict && (!latest || entry.round > latest.round)) latest = entry;
  return latest?.outcome?.result;
}

/** Addresses of those hosts that are in the cluster, each once, sorted. One that is gone stands there by its name. */
function addressesIn(
  cluster: string,
  hosts: readonly string[],
  operation: CachedObject,
  { cache, desired: { inventory } }: Reading,
): string[] {
  const alone = namesIn(operation.status.detail.clusters).length === 1;
  const addresses = hosts.flatMap((name) => {
    const spec = inventory.get(keyOf('Host', name))?.spec;
    if (spec) return spec.cluster === cluster ? [spec.address] : [];
    const status = cache.get(keyOf('Host', name))?.status;
    const mine = status ? status.cluster === cluster : alone;
    return mine ? [typeof status?.detail.address === 'string' ? status.detail.address : name] : [];
  });
  return [...new Set(addresses)].sort();
}

function versionOf(name: string, record: OperationRecord | undefined, { desired: { inventory } }: Reading): string {
  const spec = record?.frozen?.spec ?? inventory.get(keyOf('Operation', name))?.spec;
  return spec?.type === 'deploy' ? spec.version : '';
}

function textOf({ status: { detail } }: CachedObject, field: string): string | undefined {
  const value = detail[field];
  return typeof value === 'string' ? value : undefined;
}

function namesIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
