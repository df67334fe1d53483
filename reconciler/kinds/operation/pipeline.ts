import type { Check, OperationSpec } from '../../../schema/generated/types.ts';
import { parseDuration } from '../../model/duration.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { JournalRecord, Step, StepOutcome } from '../../model/plan.ts';
import { keyOf } from '../../model/resource.ts';
import type { FrozenOperation } from './record.ts';
import { DEFAULT_TIMEOUT } from './spec.ts';

/** One planned action of a host, before it is bound to a round and to what earlier actions found. */
interface Action {
  action: string;
  summary: string;
  idempotent: boolean;
  disruptive: boolean;
  timeoutMs: number;
  parameters: JsonObject;
  /** Takes the boot id that `connect` found into its intent. */
  bindsBootId?: boolean;
}

/** Room for the exec around a check or script beyond its own timeout, in milliseconds. */
const GRACE_MS = 15_000;

/**
 * What happens on each host, in order: look, check, act, prove, check. Later kinds of neighbours (container managers, load
 * balancers) join as actions around the act.
 */
export function actionsFor(spec: OperationSpec): Action[] {
  return [
    look(),
    ...(spec.checks?.before ?? []).map((check, index) => checkAction('before', check, index)),
    ...act(spec),
    ...(spec.checks?.after ?? []).map((check, index) => checkAction('after', check, index)),
  ];
}

function look(): Action {
  return {
    action: 'connect',
    summary: 'connect and read facts',
    idempotent: true,
    disruptive: false,
    timeoutMs: 30_000,
    parameters: {},
  };
}

function checkAction(when: 'before' | 'after', check: Check, index: number): Action {
  const timeoutMs = parseDuration(check.timeout ?? '30s');
  const retries = check.retries ?? 0;
  const intervalMs = parseDuration(check.interval ?? '5s');
  return {
    action: when === 'before' ? 'checkBefore' : 'checkAfter',
    summary: `check ${when} ${check.name ?? `#${index + 1}`}: ${check.command.join(' ')}`,
    idempotent: true,
    disruptive: false,
    timeoutMs: (timeoutMs + intervalMs + GRACE_MS) * (retries + 1),
    parameters: { name: check.name ?? `#${index + 1}`, command: check.command, timeoutMs, retries, intervalMs },
  };
}

function act(spec: OperationSpec): Action[] {
  const timeoutMs = parseDuration(spec.timeout ?? DEFAULT_TIMEOUT);
  if (spec.type === 'run') {
    const parameters = { script: spec.script ?? '', args: spec.args ?? [], timeoutMs };
    return [
      {
        action: 'run',
        summary: 'run the script',
        idempotent: false,
        disruptive: true,
        timeoutMs: timeoutMs + GRACE_MS,
        parameters,
        bindsBootId: true,
      },
    ];
  }
  return [
    {
      action: 'reboot',
      summary: 'reboot',
      idempotent: false,
      disruptive: true,
      timeoutMs,
      parameters: {},
      bindsBootId: true,
    },
    {
      action: 'prove',
      summary: 'wait for a new boot id',
      idempotent: true,
      disruptive: true,
      timeoutMs,
      parameters: {},
      bindsBootId: true,
    },
  ];
}

/**
 * The next step of one host: a pure function of what its journal of this round says. An open intent is the same step once
 * more (it re-attaches); after the last action, or the first that did not succeed, it is the verdict.
 *
 * @param entries the host's journal of this round.
 * @param stop what ends the host before it is touched (cancelled, in maintenance, removed); ignored once it was touched.
 */
export function nextHostStep(
  operation: string,
  frozen: Pick<FrozenOperation, 'spec' | 'digest'>,
  host: string,
  round: number,
  entries: readonly JournalRecord[],
  stop?: StepOutcome,
): Step | undefined {
  if (entries.some((entry) => entry.step.verdict)) return undefined;
  const done = [...entries].sort((a, b) => a.step.ordinal - b.step.ordinal);
  const open = done.find((entry) => !entry.outcome);
  if (open) return open.step;

  const actions = actionsFor(frozen.spec);
  const verdict = verdictOf(done, actions, stop);
  const ordinal = verdict ? actions.length : done.length;
  const action = verdict ? VERDICT : actions[ordinal]!;
  const found = done.find((entry) => entry.step.action === 'connect')?.outcome?.data;
  const stepsRoot: JsonObject = found?.stepsRoot === undefined ? {} : { stepsRoot: found.stepsRoot };
  const { bindsBootId, ...rest } = action;
  return {
    ...rest,
    id: stepIdOf(operation, round, ordinal, action.action),
    target: keyOf('Host', host),
    ordinal,
    round,
    parameters: {
      ...rest.parameters,
      ...(bindsBootId ? { bootId: bootBefore(done, action.action) ?? null, digest: frozen.digest, ...stepsRoot } : {}),
      ...(found?.address !== undefined && !verdict ? { address: found.address } : {}),
    },
    ...(verdict ? { verdict } : {}),
  };
}

/** The id of a step: unique for ever on its host. */
export function stepIdOf(operation: string, round: number, ordinal: number, action: string): string {
  return `${operation}.${round}.${ordinal}-${action.toLowerCase()}`;
}

/** The boot that the act begins under; a reboot that was found to have been asked for earlier says under which. */
function bootBefore(done: readonly JournalRecord[], action: string): Json | undefined {
  const dataOf = (earlier: string): Record<string, Json> | undefined =>
    done.find((entry) => entry.step.action === earlier)?.outcome?.data;
  const asked = action === 'prove' ? dataOf('reboot')?.startedBoot : undefined;
  return asked ?? dataOf('connect')?.bootId;
}

/** The step that ends a host with an outcome that was decided elsewhere. */
export function verdictStep(
  operation: string,
  frozen: Pick<FrozenOperation, 'spec'>,
  host: string,
  round: number,
  verdict: StepOutcome,
): Step {
  const ordinal = actionsFor(frozen.spec).length;
  const { bindsBootId: _, ...rest } = VERDICT;
  const id = `${operation}.${round}.${ordinal}-${VERDICT.action}`;
  return { ...rest, id, target: keyOf('Host', host), ordinal, round, verdict };
}

const VERDICT: Action = {
  action: 'verdict',
  summary: 'record the outcome and release the host',
  idempotent: true,
  disruptive: false,
  timeoutMs: 0,
  parameters: {},
};

function verdictOf(
  done: readonly JournalRecord[],
  actions: readonly Action[],
  stop: StepOutcome | undefined,
): StepOutcome | undefined {
  const bad = done.find((entry) => entry.outcome!.result !== 'succeeded');
  if (bad) return verdictFor(bad);
  const touched = done.some((entry) => !entry.step.idempotent);
  if (stop && !touched) return stop;
  if (done.length < actions.length) return undefined;
  const acted = done.find((entry) => entry.step.action === 'run' || entry.step.action === 'prove');
  return {
    result: 'succeeded',
    reason: 'Done',
    message: acted?.outcome?.message ?? 'done',
    ...dataOf(acted),
  };
}

/** The host's outcome when a step did not succeed: not reached before we touched it is skipped, all else has failed. */
function verdictFor(entry: JournalRecord): StepOutcome {
  const outcome = entry.outcome!;
  const down = entry.step.action === 'reboot' || entry.step.action === 'prove' || entry.step.action === 'checkAfter';
  return {
    result: entry.step.action === 'connect' ? 'skipped' : 'failed',
    reason: outcome.reason,
    message: outcome.message,
    data: { ...outcome.data, down },
  };
}

function dataOf(entry: JournalRecord | undefined): { data?: Record<string, Json> } {
  const exitCode = entry?.outcome?.data?.exitCode;
  return exitCode === undefined ? {} : { data: { exitCode } };
}
