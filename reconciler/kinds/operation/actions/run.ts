import type { StepSighting } from '../../../hosts/step-sighting.ts';
import type { Json } from '../../../model/json.ts';
import { formatDuration } from '../../../model/duration.ts';
import { reasonOfCode } from '../../../model/errors.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { deadlineOf, failed, succeeded, type ActionContext } from './context.ts';
import { intendedBoot, placeOf, recordOf, undecidable } from './guard.ts';
import { tryUntil, type Try } from './reach.ts';

interface RunParameters {
  script: string;
  args: string[];
  timeoutMs: number;
}

/** How long one exec waits on the host for the end of the script before it is asked again, in seconds. */
const WAIT_SECONDS = 20;

/** How outcomes name what was run: the reason begins with the first, the message says the second, or when it is done the third. */
export type Words = readonly [reason: string, what: string, done: string];

const WORDS: Record<string, Words> = {
  run: ['Script', 'the script', 'exit code 0'],
  upgrade: ['Upgrade', 'the upgrade', 'upgraded'],
  deploy: ['Deploy', 'the deployment', 'deployed'],
  rollback: ['Rollback', 'the rollback', 'rolled back'],
};

/** Runs the script on the host at most once, ever, and re-attaches to it whatever happens to us or the connection. */
export function runAction(context: ActionContext): Promise<StepOutcome> {
  return runScript(context, deadlineOf(context), WORDS[context.step.action]!);
}

/**
 * Runs the script of a step, on whichever host the context names; the id of the step is the name of its record there.
 * `data.untouched` = true in an outcome says that it never began. `deadline` in wall-clock milliseconds.
 */
export async function runScript(context: ActionContext, deadline: number, words: Words): Promise<StepOutcome> {
  const { step, deps, signal, name, target } = context;
  const { script, args, timeoutMs } = step.parameters as unknown as RunParameters;
  const start = {
    ...placeOf(context),
    bootId: intendedBoot(context),
    action: { kind: 'script' as const, script, args },
    timeoutSeconds: Math.ceil(timeoutMs / 1000),
  };
  let begun = false;
  const found = await tryUntil<StepOutcome>(deadline, deps.clock, signal, async (within) => {
    if (!begun) {
      const sighting = await deps.hands.startStep(target, start, within);
      if ('lost' in sighting) return { again: sighting.lost };
      begun = true;
      if (sighting.state !== 'started' && sighting.state !== 'running' && sighting.state !== 'boot-changed') {
        return judge(sighting, context, timeoutMs, words);
      }
    }
    for (;;) {
      const seen = await deps.hands.readStep(target, { ...placeOf(context), waitSeconds: WAIT_SECONDS }, within);
      if ('lost' in seen) return { again: seen.lost };
      if (seen.state !== 'running') return judge(seen, context, timeoutMs, words);
    }
  });
  if ('answer' in found) return found.answer;
  return {
    result: 'unknown',
    reason: found.code ? reasonOfCode(found.code) : 'OutcomeUnknown',
    message: `it could not be seen how ${words[1]} ended on ${name}: ${found.gaveUp}; it is not run again. Its record is in ${recordOf(context)} there; raise spec.retry to run it anew`,
  };
}

function judge(
  sighting: StepSighting,
  context: ActionContext,
  timeoutMs: number,
  [reason, what, done]: Words,
): Try<StepOutcome> {
  const { name } = context;
  switch (sighting.state) {
    case 'done': {
      const data: Record<string, Json> = {
        exitCode: sighting.exitCode,
        output: sighting.output,
        droppedBytes: sighting.droppedBytes ?? 0,
      };
      if (sighting.exitCode === 0) return { answer: succeeded(`${reason}Succeeded`, done, data) };
      if (sighting.exitCode === 124) {
        return { answer: failed(`${reason}TimedOut`, `${what} was killed after ${formatDuration(timeoutMs)}`, data) };
      }
      return { answer: failed(`${reason}Failed`, `${what} ended with exit code ${sighting.exitCode}`, data) };
    }
    case 'interrupted':
      return {
        answer: failed(
          'Interrupted',
          `${name} was booted, or ${what} was killed, before it ended; it is not run again`,
          {
            output: sighting.output,
          },
        ),
      };
    case 'absent':
    case 'boot-changed':
      return {
        answer: failed('BootChanged', `${name} was booted before ${what} could begin; it was not run`, {
          untouched: true,
        }),
      };
    case 'foreign':
    case 'error':
      return { answer: undecidable(sighting, context) };
    case 'started':
    case 'running':
      return { again: 'it is running' };
  }
}
