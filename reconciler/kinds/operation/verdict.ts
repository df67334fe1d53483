import type { Json } from '../../model/json.ts';
import type { JournalRecord, StepOutcome } from '../../model/plan.ts';
import { dataOf, isOut, outAfter, tellOut, type Standing } from './neighbours/standing.ts';

/** What came of a host, from all that was done on it in a round. `standing` = what earlier rounds had left behind. Pure. */
export function verdictOf(
  done: readonly JournalRecord[],
  stop: StepOutcome | undefined,
  standing: Standing,
): StepOutcome {
  const bad = done.filter((entry) => isBad(entry) && !isPutBack(entry));
  const putBack = done.find((entry) => isBad(entry) && isPutBack(entry));
  const left: Standing = { out: outAfter(standing, done), acted: false };
  if (bad.length > 0) {
    // What is only skipped leaves what stood as it was.
    const acted = standing.acted && bad[0]!.step.action === 'connect';
    return withOut(verdictFor(bad, done, putBack), { ...left, acted });
  }
  if (stop) return withOut(stop, { ...left, acted: standing.acted });
  const acts = done.filter((entry) => ACTS.has(entry.step.action));
  const message = acts.map((entry) => entry.outcome!.message).join('; ') || (standing.acted ? 'put back' : 'done');
  if (putBack) {
    const why = `${message}, but it was not put back: ${putBack.outcome!.message}`;
    return withOut(
      { result: 'failed', reason: 'PutBackFailed', message: why, data: { down: false } },
      { ...left, acted: true },
    );
  }
  return { result: 'succeeded', reason: 'Done', message, ...exitCodeOf(acts[0]) };
}

export function isBad(entry: JournalRecord): boolean {
  return entry.outcome!.result !== 'succeeded';
}

/** True for the steps that undo what a neighbour was told before the act. */
export function isPutBack({ step }: JournalRecord): boolean {
  return step.parameters.side === 'putBack';
}

/** Says, for people and for the next round, where the host is left out. */
export function withOut(verdict: StepOutcome, left: Standing): StepOutcome {
  if (!isOut(left.out)) return verdict;
  return {
    ...verdict,
    message: `${verdict.message}${tellOut(left.out)}`,
    data: { ...verdict.data, ...dataOf(left) },
  };
}

/** Steps whose outcome a person wants to read. */
const ACTS: ReadonlySet<string> = new Set(['run', 'upgrade', 'deploy', 'compare', 'rebootNeeded', 'prove']);

/** Steps after whose failure that a host answers does not mean that it is well. */
export const QUARANTINES: ReadonlySet<string> = new Set([
  'checkAfter',
  'upgrade',
  'deploy',
  'rebootNeeded',
  'proveDeployed',
  'rollback',
  'converge',
  'confirm',
]);

/** Steps after whose failure the host may be down. */
const LEAVES_DOWN: ReadonlySet<string> = new Set([...QUARANTINES, 'reboot', 'prove']);

/** The host's outcome when a step did not succeed: not reached before we touched it is skipped, all else has failed. */
function verdictFor(
  bad: readonly JournalRecord[],
  done: readonly JournalRecord[],
  putBack: JournalRecord | undefined,
): StepOutcome {
  const { step, outcome } = bad[0]!;
  const { reason, message, data } = outcome!;
  const isBack = wentBack(bad, done);
  const how = isBack
    ? '; it went back to the deployment before'
    : bad[1] && `; the way back failed too: ${bad[1].outcome!.message}`;
  const after = putBack && `; it was not put back: ${putBack.outcome!.message}`;
  const { tookOut: _tookOut, untouched: _untouched, ...told } = data ?? {};
  return {
    result: step.action === 'connect' || outcome!.result === 'skipped' ? 'skipped' : 'failed',
    reason,
    message: `${message}${how ?? ''}${after ?? ''}`,
    data: { ...told, down: LEAVES_DOWN.has(step.action) && !isBack, ...(isBack ? { rolledBack: true } : {}) },
  };
}

/** The way back was gone to its end: the host is what it was when the round began. */
export function wentBack(bad: readonly JournalRecord[], done: readonly JournalRecord[]): boolean {
  const first = bad[0]!.step.ordinal;
  const back = done.findLast((entry) => entry.step.ordinal > first && !isPutBack(entry));
  return bad.length === 1 && back?.step.action === 'prove';
}

function exitCodeOf(entry: JournalRecord | undefined): { data?: Record<string, Json> } {
  const exitCode = entry?.step.action === 'run' ? entry.outcome?.data?.exitCode : undefined;
  return exitCode === undefined ? {} : { data: { exitCode } };
}
