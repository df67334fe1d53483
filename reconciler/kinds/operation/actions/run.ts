import { failedChange } from '../../../hosts/profile/failed-change.ts';
import type { StepSighting } from '../../../hosts/step-sighting.ts';
import type { Json } from '../../../model/json.ts';
import { formatDuration } from '../../../model/duration.ts';
import { reasonOfCode } from '../../../model/errors.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import type { Sensitive } from '../../../model/sensitive.ts';
import { deadlineOf, failed, succeeded, type ActionContext } from './context.ts';
import { intendedBoot, placeOf, recordOf, undecidable } from './guard.ts';
import { tryUntil, type Try } from './reach.ts';

interface RunParameters {
  script: string;
  args: string[];
  timeoutMs: number;
}

/** What is to be run, or why nothing is. */
export type Prepared = { script: string | Sensitive; args: string[] } | { refused: StepOutcome };

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

/** Runs the script of its intent on the host. */
export function runAction(context: ActionContext): Promise<StepOutcome> {
  return runScript(context, deadlineOf(context), WORDS[context.step.action]!);
}

/**
 * Runs the script of a step at most once, ever, on whichever host the context names, and re-attaches to it whatever happens to us or the
 * connection; the id of the step is the name of its record there. `data.untouched` = true in an outcome says that it never began.
 *
 * @param deadline wall-clock milliseconds.
 * @param prepare the script; default: that of its intent. Where it refuses, what had begun before is still seen to its end.
 */
export async function runScript(
  context: ActionContext,
  deadline: number,
  words: Words,
  prepare: (signal: AbortSignal) => Promise<Try<Prepared>> = () => intended(context),
): Promise<StepOutcome> {
  const { step, deps, signal, name, target } = context;
  const { timeoutMs } = step.parameters as unknown as RunParameters;
  const bootId = intendedBoot(context);
  const timeoutSeconds = Math.ceil(timeoutMs / 1000);
  let begun = false;
  const found = await tryUntil<StepOutcome>(deadline, deps.clock, signal, async (within) => {
    if (!begun) {
      const prepared = await prepare(within);
      if ('again' in prepared) return prepared;
      const told = prepared.answer;
      const place = placeOf(context);
      const sighting =
        'refused' in told
          ? await deps.hands.readStep(target, place, within)
          : await deps.hands.startStep(
              target,
              { ...place, bootId, action: { kind: 'script', ...told }, timeoutSeconds },
              within,
            );
      if ('refused' in told && 'state' in sighting && sighting.state === 'absent') return { answer: told.refused };
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

async function intended({ step }: ActionContext): Promise<Try<Prepared>> {
  const { script, args } = step.parameters as unknown as RunParameters;
  return { answer: { script, args } };
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
      const ended = `ended with exit code ${sighting.exitCode}`;
      const at = context.step.action === 'converge' ? failedChange(sighting.output) : undefined;
      const told = at ? `${at.change}: ${at.message || ended}` : `${what} ${ended}`;
      return { answer: failed(`${reason}Failed`, told, data) };
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
