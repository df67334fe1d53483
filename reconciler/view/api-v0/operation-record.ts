import { asOperationRecord, isTerminal, type Phase } from '../../kinds/operation/record.ts';
import type { Json } from '../../model/json.ts';
import type { JournalRecord, StepOutcome } from '../../model/plan.ts';
import { keyOf, splitKey } from '../../model/resource.ts';
import { unlessAborted } from '../../model/until-aborted.ts';
import { keys } from '../../store/keys.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { CachedObject } from '../fleet-cache.ts';
import type { ViewContext } from '../http/context.ts';
import { readWhole } from '../sealed-journal.ts';
import { commissaireTime } from './commissaire-time.ts';
import type { DeployRecord, RecordStatus, RestartRecord, UpgradeRecord } from './shapes.ts';

export type RecordType = 'deploy' | 'upgrade' | 'restart';

type Reading = Pick<ViewContext, 'cache' | 'store' | 'desired' | 'stopping'>;

/**
 * The record of the latest operation of a type on a cluster, with the addresses of this cluster's hosts. The latest is the
 * one that began last. Undefined: none ever began. Its status decides how far it is: what else stands in the store may be newer.
 */
export async function operationRecord(
  type: RecordType,
  cluster: string,
  context: Reading,
  signal: AbortSignal,
): Promise<DeployRecord | UpgradeRecord | RestartRecord | undefined> {
  const latest = latestOperation(type, cluster, context);
  if (!latest) return undefined;
  const outcomes = await outcomesOf(latest, context, signal);
  const addresses = (hosts: readonly string[]): string[] => addressesIn(cluster, hosts, latest, context);
  const having = (...results: StepOutcome['result'][]): string[] =>
    [...outcomes].filter(([, result]) => results.includes(result)).map(([host]) => host);
  const done = addresses(having('succeeded'));
  const running = namesIn(latest.status.detail.running).filter((host) => outcomes.get(host) !== 'succeeded');
  // A host that failed stays in process, as it did in Commissaire: that is where its clients look for it.
  const in_process = addresses([...running, ...having('failed', 'unknown')]);
  const status = statusOf(latest);
  const times = {
    started_at: commissaireTime(textOf(latest, 'beganAt')),
    finished_at: hasEnded(latest) ? commissaireTime(textOf(latest, 'finishedAt')) : '',
  };
  if (type === 'restart') return { name: cluster, status, restarted: done, in_process, ...times };
  if (type === 'upgrade') return { name: cluster, status, upgraded: done, in_process, ...times };
  const version = await versionOf(latest, context, signal);
  return { name: cluster, status, version, deployed: done, in_process, ...times };
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

function statusOf(operation: CachedObject): RecordStatus {
  if (!hasEnded(operation)) return 'in_process';
  return operation.status.status === 'Succeeded' ? 'finished' : 'failed';
}

function hasEnded({ status: { status: phase } }: CachedObject): boolean {
  return isTerminal(phase as Phase);
}

type Outcomes = ReadonlyMap<string, StepOutcome['result']>;

const known = new WeakMap<CachedObject, Promise<Outcomes>>();

/**
 * What came of each host so far. Once it has ended its status tells all; while it runs the journal does, which is read
 * once for each change of the status, and for everybody: who goes away takes nothing from the others.
 */
async function outcomesOf(
  operation: CachedObject,
  { store, stopping }: Reading,
  signal: AbortSignal,
): Promise<Outcomes> {
  if (hasEnded(operation)) return outcomesTold(operation);
  let reading = known.get(operation);
  if (!reading) {
    reading = outcomesJournalled(splitKey(operation.status.key).name, store, stopping);
    known.set(operation, reading);
    reading.catch(() => known.delete(operation));
  }
  return unlessAborted(reading, signal);
}

function outcomesTold({ status: { detail } }: CachedObject): Outcomes {
  const outcomes = (detail.outcomes ?? {}) as Record<string, { result?: StepOutcome['result'] } | null>;
  return new Map(Object.entries(outcomes).map(([host, outcome]) => [host, outcome?.result ?? 'unknown']));
}

async function outcomesJournalled(name: string, store: StateStore, signal: AbortSignal): Promise<Outcomes> {
  const journal = await readWhole(store, name, signal);
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

/** What was deployed: as it was when it began, whatever its document says now. */
async function versionOf(
  { status: { key } }: CachedObject,
  { store, desired: { inventory } }: Reading,
  signal: AbortSignal,
): Promise<string> {
  const record = asOperationRecord((await store.get(keys.record(key), signal))?.value);
  const spec = record?.frozen?.spec ?? inventory.get(keyOf('Operation', splitKey(key).name))?.spec;
  return spec?.type === 'deploy' ? spec.version : '';
}

function textOf({ status: { detail } }: CachedObject, field: string): string | undefined {
  const value = detail[field];
  return typeof value === 'string' ? value : undefined;
}

function namesIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
