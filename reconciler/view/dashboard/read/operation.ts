import { readJournal } from '../../../kinds/operation/journal.ts';
import { asOperationRecord, type OperationRecord } from '../../../kinds/operation/record.ts';
import { keyOf, type Resource } from '../../../model/resource.ts';
import type { Json } from '../../../model/json.ts';
import type { JournalRecord } from '../../../model/plan.ts';
import type { ObjectStatus } from '../../../model/status.ts';
import { keys } from '../../../store/keys.ts';
import type { StateStore } from '../../../store/state-store.ts';
import type { ViewContext } from '../../http/context.ts';
import { entriesBelow } from '../../store-view.ts';
import { operationAdvice, placeOf, type Advice } from '../advice.ts';
import { batchesOf, type RunBatch, type RunHost } from './batches.ts';
import { operationLine, type OperationLine } from './operations.ts';

/** One operation as a timeline. */
export interface OperationModel {
  line: OperationLine;
  status: ObjectStatus;
  record: OperationRecord | undefined;
  resource: Resource<'Operation'> | undefined;
  /** `operations/restart.yaml:1`. */
  place?: string;
  batches: RunBatch[];
  /** What hosts that failed have said, by host: at most `MOST_OUTPUTS` of them. */
  outputs: { host: string; step: string; text: string }[];
  /** How it goes on. */
  advice?: Advice;
}

/** Up to so many hosts every step is shown; of more, those of the hosts in hand and of those that failed. */
const WHOLE = 120;
const MOST_HOSTS = 60;
const MOST_OUTPUTS = 5;

/** Reads it; undefined: there is no such operation. */
export async function readOperation(
  name: string,
  { cache, desired, store }: ViewContext,
  signal: AbortSignal,
): Promise<OperationModel | undefined> {
  const key = keyOf('Operation', name);
  const status = cache.get(key)?.status;
  if (!status) return undefined;
  const resource = desired.inventory.get(key);
  const record = asOperationRecord((await store.get(keys.record(key), signal))?.value);
  const journal = await journalOf(name, status, record, store, signal);
  const batches = batchesOf({ status, record, journal });
  const line = operationLine(status);
  const place = placeOf(resource);
  const advice = line.phase === 'Succeeded' ? undefined : operationAdvice(line, record?.round ?? 0, resource);
  return {
    line,
    status,
    record,
    resource,
    ...(place !== undefined && { place }),
    batches,
    outputs: await outputsOf(name, batches, store, signal),
    ...(advice && { advice }),
  };
}

async function journalOf(
  name: string,
  status: ObjectStatus,
  record: OperationRecord | undefined,
  store: StateStore,
  signal: AbortSignal,
): Promise<Map<string, JournalRecord[]>> {
  const sealed = (await store.get(keys.sealed(name), signal))?.value;
  const prefixes = prefixesOf(name, status, record);
  const lists = await Promise.all(prefixes.map((prefix) => entriesOf(store, prefix, signal)));
  const entries = lists.flat();
  return readJournal(name, { get: (key) => (key === keys.sealed(name) ? sealed : undefined), list: () => entries });
}

/** Exact prefixes: the whole journal, or of many hosts those that somebody wants to see the steps of. */
function prefixesOf(name: string, status: ObjectStatus, record: OperationRecord | undefined): string[] {
  const hosts = record?.frozen?.hosts ?? [];
  if (hosts.length <= WHOLE) return [keys.journalOf(name)];
  const { running, outcomes, batches } = status.detail as {
    running?: string[];
    outcomes?: Record<string, { result?: string }>;
    batches?: { current?: number };
  };
  const bad = Object.entries(outcomes ?? {}).flatMap(([host, { result }]) => (result === 'succeeded' ? [] : [host]));
  const batch = record?.finishedAt === undefined ? (record?.batches[(batches?.current ?? 1) - 1] ?? []) : [];
  const wanted = new Set([...(running ?? []), ...bad.slice(0, MOST_HOSTS), ...batch]);
  return [...wanted].slice(0, 2 * MOST_HOSTS).map((host) => keys.journal(name, host, ''));
}

async function entriesOf(store: StateStore, prefix: string, signal: AbortSignal): Promise<[string, Json][]> {
  const found: [string, Json][] = [];
  for await (const { key, value } of entriesBelow(store, prefix, signal)) found.push([key, value]);
  return found;
}

async function outputsOf(
  name: string,
  batches: readonly RunBatch[],
  store: StateStore,
  signal: AbortSignal,
): Promise<OperationModel['outputs']> {
  const failed = batches.flatMap(({ hosts }) => hosts.filter(hasFailed)).slice(0, MOST_OUTPUTS);
  const found = await Promise.all(
    failed.map(async ({ name: host }) => {
      const prefix = keys.output(name, host, '');
      const entries = await entriesOf(store, prefix, signal);
      return entries.flatMap(([key, value]) =>
        typeof value === 'string' && value !== '' ? [{ host, step: key.slice(prefix.length), text: value }] : [],
      );
    }),
  );
  return found.flat();
}

function hasFailed({ state }: RunHost): boolean {
  return state === 'failed';
}
