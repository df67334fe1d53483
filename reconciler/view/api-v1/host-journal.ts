import { stepName } from '../../engine/step-name.ts';
import { asOperationRecord, type OperationRecord } from '../../kinds/operation/record.ts';
import type { JournalRecord, StepOutcome } from '../../model/plan.ts';
import { keyOf } from '../../model/resource.ts';
import { cleanText } from '../../status/text.ts';
import { keys } from '../../store/keys.ts';
import type { StateStore } from '../../store/state-store.ts';
import { readSealed } from '../sealed-journal.ts';
import { entriesBelow } from '../store-view.ts';

/** One step on one host. Texts are fit to be shown. */
export interface StepView {
  /** Sorts in order of round and step; names its output. */
  step: string;
  round: number;
  action: string;
  summary: string;
  disruptive: boolean;
  /** ISO time of the intent. */
  startedAt: string;
  /** Absent: it is in hand. */
  outcome?: Omit<StepOutcome, 'data'> & { at: string; exitCode?: number };
}

/** What was done on one host, all rounds. */
export interface HostJournal {
  host: string;
  /** From 1, in the round in hand; absent: it has no part in it. */
  batch?: number;
  steps: StepView[];
}

/** The journal of an operation, some hosts of it. */
export interface JournalPage {
  operation: string;
  phase?: string;
  round: number;
  /** Names of hosts in the order in which they are begun. */
  batches: string[][];
  items: HostJournal[];
  /** The last host of this page; absent: there are no more. */
  last?: string;
}

/** Sorts after every step of a host, and before the next host. */
const AFTER_STEPS = '~';

/** Hosts in the order of the store, from after a host on. Undefined: there is no such operation. */
export async function journalPage(
  store: StateStore,
  operation: string,
  { after, limit }: { after: string | undefined; limit: number },
  signal: AbortSignal,
): Promise<JournalPage | undefined> {
  const key = keyOf('Operation', operation);
  const record = asOperationRecord((await store.get(keys.record(key), signal))?.value);
  if (!record && !(await store.get(keys.object(key), signal))) return undefined;
  const sealed = await readSealed(store, operation, signal);
  const entries = sealed ? iterate(sealed, after) : journalled(store, operation, after, signal);
  const hosts = new Map<string, StepView[]>();
  let more = false;
  for await (const { host, entry } of entries) {
    if (!hosts.has(host) && hosts.size === limit) {
      more = true;
      break;
    }
    const steps = hosts.get(host) ?? [];
    steps.push(stepView(entry));
    hosts.set(host, steps);
  }
  const items = [...hosts].map(([host, steps]) => ({ host, ...batchOf(host, record), steps }));
  return {
    operation,
    ...(record && { phase: record.phase }),
    round: record?.round ?? 0,
    batches: record?.batches ?? [],
    items,
    ...(more && { last: items.at(-1)!.host }),
  };
}

interface HostEntry {
  host: string;
  entry: JournalRecord;
}

async function* journalled(
  store: StateStore,
  operation: string,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<HostEntry> {
  const prefix = keys.journalOf(operation);
  const from = after === undefined ? undefined : `${prefix}${after}/${AFTER_STEPS}`;
  for await (const { key, value } of entriesBelow(store, prefix, signal, from)) {
    yield { host: key.slice(prefix.length, key.indexOf('/', prefix.length)), entry: value as unknown as JournalRecord };
  }
}

function* iterate(
  sealed: readonly { step: string; value: JournalRecord }[],
  after: string | undefined,
): Generator<HostEntry> {
  for (const { step, value } of sealed) {
    if (after !== undefined && step <= `${after}/${AFTER_STEPS}`) continue;
    yield { host: step.slice(0, step.indexOf('/')), entry: value };
  }
}

function stepView({ step, round, startedAt, outcome }: JournalRecord): StepView {
  const { action, summary, disruptive } = step;
  const exitCode = outcome?.data?.exitCode;
  return {
    step: stepName(step),
    round,
    action,
    summary: cleanText(summary),
    disruptive,
    startedAt,
    ...(outcome && {
      outcome: {
        result: outcome.result,
        reason: outcome.reason,
        message: cleanText(outcome.message),
        at: outcome.at,
        ...(typeof exitCode === 'number' && { exitCode }),
      },
    }),
  };
}

function batchOf(host: string, record: OperationRecord | undefined): { batch?: number } {
  const index = record?.batches.findIndex((batch) => batch.includes(host)) ?? -1;
  return index < 0 ? {} : { batch: index + 1 };
}
