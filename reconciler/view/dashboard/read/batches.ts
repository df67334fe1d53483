import { actionsFor } from '../../../kinds/operation/actions-of.ts';
import type { OperationRecord } from '../../../kinds/operation/record.ts';
import type { JournalRecord } from '../../../model/plan.ts';
import type { ObjectStatus } from '../../../model/status.ts';

/** How a host, or a step on it, stands. */
export type RunState = 'succeeded' | 'failed' | 'skipped' | 'running' | 'pending';

/** One step on one host. */
export interface StepLine {
  action: string;
  summary: string;
  state: RunState;
  /** Wall clock, milliseconds; of a pending step absent. */
  from?: number;
  /** Absent while it runs. */
  to?: number;
  message?: string;
}

export interface RunHost {
  name: string;
  state: RunState;
  steps: StepLine[];
  /** Why it failed or was skipped. */
  message?: string;
}

export interface RunBatch {
  /** From 1; 0: hosts that were done in an earlier round. */
  number: number;
  hosts: RunHost[];
}

/** What the store holds of one operation. */
export interface OperationSources {
  status: ObjectStatus;
  record: OperationRecord | undefined;
  /** Of the hosts whose steps were read. */
  journal: ReadonlyMap<string, readonly JournalRecord[]>;
}

/** The hosts of an operation in their batches, each with what was done and what is still to do. Pure. */
export function batchesOf(sources: OperationSources): RunBatch[] {
  const { record } = sources;
  const hosts = record?.frozen?.hosts ?? [];
  const inRound = new Set(record?.batches.flat());
  const earlier = hosts.filter((host) => !inRound.has(host));
  const batches = (record?.batches ?? []).map((names, index) => ({
    number: index + 1,
    hosts: names.map((name) => runHost(name, index + 1, sources)),
  }));
  if (earlier.length === 0) return batches;
  return [{ number: 0, hosts: earlier.map((name) => runHost(name, 0, sources)) }, ...batches];
}

function runHost(name: string, batch: number, sources: OperationSources): RunHost {
  const { record, journal, status } = sources;
  const round = record?.round ?? 0;
  const entries = (journal.get(name) ?? [])
    .filter((entry) => batch === 0 || entry.round === round)
    .sort((a, b) => a.round - b.round || a.step.ordinal - b.step.ordinal);
  const told = outcomeIn(status, name);
  const state = stateOfHost(name, batch, entries, told?.result, sources);
  const done = entries.filter(({ step }) => step.verdict === undefined).map(stepLine);
  const steps = state === 'running' || state === 'pending' ? [...done, ...rest(name, entries, record)] : done;
  const verdict = entries.findLast(({ step }) => step.verdict !== undefined);
  const message = told?.message ?? (state === 'succeeded' ? undefined : verdict?.outcome?.message);
  return { name, state, steps, ...(message !== undefined && { message }) };
}

/** While an operation runs its status names only what went wrong; the rest follows from the journal and the batch in hand. */
function stateOfHost(
  name: string,
  batch: number,
  entries: readonly JournalRecord[],
  told: RunState | undefined,
  { status, record }: OperationSources,
): RunState {
  const running = status.detail.running;
  if (Array.isArray(running) && running.includes(name)) return 'running';
  if (told) return told;
  const verdict = entries.findLast(({ step }) => step.verdict !== undefined)?.outcome;
  if (verdict) return verdict.result === 'unknown' ? 'failed' : verdict.result;
  if (entries.length > 0) return 'running';
  const current = (status.detail.batches as { current?: number } | undefined)?.current ?? 0;
  const isOver = record?.finishedAt !== undefined;
  return batch < current && !isOver ? 'succeeded' : 'pending';
}

function outcomeIn(status: ObjectStatus, host: string): { result?: RunState; message?: string } | undefined {
  const all = status.detail.outcomes;
  const one = typeof all === 'object' && all !== null && !Array.isArray(all) ? all[host] : undefined;
  if (typeof one !== 'object' || one === null || Array.isArray(one)) return undefined;
  const result = (['succeeded', 'failed', 'skipped'] as const).find((word) => word === one.result);
  return { ...(result && { result }), ...(typeof one.message === 'string' && { message: one.message }) };
}

const STATES: Record<string, RunState> = { succeeded: 'succeeded', failed: 'failed', skipped: 'skipped' };

function stepLine({ step, startedAt, outcome }: JournalRecord): StepLine {
  const line = { action: step.action, summary: step.summary, from: Date.parse(startedAt) };
  if (!outcome) return { ...line, state: 'running' };
  return { ...line, state: STATES[outcome.result] ?? 'failed', to: Date.parse(outcome.at), message: outcome.message };
}

/** What is planned on a host and not begun, where nothing goes wrong. */
function rest(host: string, entries: readonly JournalRecord[], record: OperationRecord | undefined): StepLine[] {
  const frozen = record?.frozen;
  if (!frozen) return [];
  const reached = entries.at(-1)?.step.ordinal ?? -1;
  return actionsFor(frozen.spec, frozen.neighbours, host).flatMap((action, ordinal) =>
    ordinal <= reached || action.recovers
      ? []
      : [{ action: action.action, summary: action.summary, state: 'pending' as const }],
  );
}
