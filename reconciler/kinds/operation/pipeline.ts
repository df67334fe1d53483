import type { Json, JsonObject } from '../../model/json.ts';
import type { JournalRecord, Step, StepOutcome } from '../../model/plan.ts';
import { keyOf } from '../../model/resource.ts';
import { actionsFor, type Action, type Found } from './actions-of.ts';
import type { FrozenOperation } from './record.ts';

/**
 * The next step of one host: a pure function of what its journal of this round says. An open intent is the same step once
 * more (it re-attaches). After the last action it is the verdict; after the first that did not succeed it is the way back, where there
 * is one, and then the verdict.
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
  const touched = done.some((entry) => !entry.step.idempotent);
  const next = stop && !touched && !done.some(isBad) ? undefined : nextAction(actions, done);
  const found = foundBy(done);
  const told = next?.action.forHost?.(found);
  if (told && 'impossible' in told) return verdictStep(operation, frozen, host, round, told.impossible);
  if (!next) return verdictStep(operation, frozen, host, round, verdictOf(done, touched ? undefined : stop));
  const { action, ordinal } = next;
  const stepsRoot: JsonObject = found.stepsRoot === undefined ? {} : { stepsRoot: found.stepsRoot };
  const { bindsBootId, when: _when, forHost: _forHost, recovers: _recovers, ...rest } = action;
  return {
    ...rest,
    id: stepIdOf(operation, round, ordinal, action.action),
    target: keyOf('Host', host),
    ordinal,
    round,
    parameters: {
      ...rest.parameters,
      ...told?.parameters,
      ...(bindsBootId ? { bootId: bootBefore(done, action.action) ?? null, digest: frozen.digest, ...stepsRoot } : {}),
      ...(found.address !== undefined ? { address: found.address } : {}),
    },
  };
}

/** The id of a step: unique for ever on its host. */
export function stepIdOf(operation: string, round: number, ordinal: number, action: string): string {
  return `${operation}.${round}.${ordinal}-${action.toLowerCase()}`;
}

/** The step that ends a host with its outcome. */
export function verdictStep(
  operation: string,
  frozen: Pick<FrozenOperation, 'spec'>,
  host: string,
  round: number,
  verdict: StepOutcome,
): Step {
  const ordinal = actionsFor(frozen.spec).length;
  return {
    action: 'verdict',
    summary: 'record the outcome and release the host',
    idempotent: true,
    disruptive: false,
    timeoutMs: 0,
    parameters: {},
    id: stepIdOf(operation, round, ordinal, 'verdict'),
    target: keyOf('Host', host),
    ordinal,
    round,
    verdict,
  };
}

function isBad(entry: JournalRecord): boolean {
  return entry.outcome!.result !== 'succeeded';
}

/** The first action that is due and not done: on the way there, or once something failed on the way back. */
function nextAction(
  actions: readonly Action[],
  done: readonly JournalRecord[],
): { action: Action; ordinal: number } | undefined {
  const bad = done.filter(isBad);
  const isDone = (ordinal: number): boolean => done.some((entry) => entry.step.ordinal === ordinal);
  // A failure on the way back ends it.
  if (bad.some((entry) => actions[entry.step.ordinal]?.recovers)) return undefined;
  const ordinal = actions.findIndex(({ when, recovers }, at) => {
    const isDue = bad.length === 0 ? !recovers : recovers?.(bad[0]!) === true;
    return isDue && !isDone(at) && (when === undefined || when(done));
  });
  return ordinal === -1 ? undefined : { action: actions[ordinal]!, ordinal };
}

function foundBy(done: readonly JournalRecord[]): Found {
  return done.find((entry) => entry.step.action === 'connect')?.outcome?.data ?? {};
}

/** The boot that an action begins under: the last one proven. A reboot that had been asked for earlier says under which. */
function bootBefore(done: readonly JournalRecord[], action: string): Json | undefined {
  const last = done.findLast((entry) => entry.step.action === 'reboot')?.outcome?.data;
  if (action === 'prove' && last?.startedBoot) return last.startedBoot;
  return done.findLast((entry) => entry.outcome?.data?.bootId !== undefined)?.outcome?.data?.bootId;
}

function verdictOf(done: readonly JournalRecord[], stop: StepOutcome | undefined): StepOutcome {
  const bad = done.filter(isBad);
  if (bad.length > 0) return verdictFor(bad, done);
  if (stop) return stop;
  const acts = done.filter((entry) => ACTS.has(entry.step.action));
  return {
    result: 'succeeded',
    reason: 'Done',
    message: acts.map((entry) => entry.outcome!.message).join('; ') || 'done',
    ...exitCodeOf(acts[0]),
  };
}

/** Steps whose outcome a person wants to read. */
const ACTS: ReadonlySet<string> = new Set(['run', 'upgrade', 'deploy', 'rebootNeeded', 'prove']);

/** Steps after whose failure that a host answers does not mean that it is well. */
export const QUARANTINES: ReadonlySet<string> = new Set([
  'checkAfter',
  'upgrade',
  'deploy',
  'rebootNeeded',
  'proveDeployed',
  'rollback',
]);

/** Steps after whose failure the host may be down. */
const LEAVES_DOWN: ReadonlySet<string> = new Set([...QUARANTINES, 'reboot', 'prove']);

/** The host's outcome when a step did not succeed: not reached before we touched it is skipped, all else has failed. */
function verdictFor(bad: readonly JournalRecord[], done: readonly JournalRecord[]): StepOutcome {
  const { step, outcome } = bad[0]!;
  const { reason, message, data } = outcome!;
  const back = done.findLast((entry) => entry.step.ordinal > step.ordinal);
  const isBack = bad.length === 1 && back?.step.action === 'prove';
  const how = isBack
    ? '; it went back to the deployment before'
    : bad[1] && `; the way back failed too: ${bad[1].outcome!.message}`;
  return {
    result: step.action === 'connect' ? 'skipped' : 'failed',
    reason,
    message: `${message}${how ?? ''}`,
    data: { ...data, down: LEAVES_DOWN.has(step.action) && !isBack, ...(isBack ? { rolledBack: true } : {}) },
  };
}

function exitCodeOf(entry: JournalRecord | undefined): { data?: Record<string, Json> } {
  const exitCode = entry?.step.action === 'run' ? entry.outcome?.data?.exitCode : undefined;
  return exitCode === undefined ? {} : { data: { exitCode } };
}
