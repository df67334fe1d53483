import type { StepOutcome } from '../../../model/plan.ts';
import { deadlineOf, failed, succeeded, type ActionContext } from './context.ts';
import { tryUntil, type Try } from './reach.ts';

/** Asks the host one question by a command of its family, and again until it is answered or the time is up. */
async function ask(
  context: ActionContext,
  judge: (exitCode: number) => StepOutcome,
  unknown: (why: string) => StepOutcome,
): Promise<StepOutcome> {
  const { step, deps, signal, target } = context;
  const argv = step.parameters.command as string[];
  const timeoutSeconds = Math.ceil(step.timeoutMs / 2000);
  const found = await tryUntil(deadlineOf(context), deps.clock, signal, async (within): Promise<Try<StepOutcome>> => {
    const answer = await deps.hands.check(target, { argv, timeoutSeconds }, within);
    if ('lost' in answer) return { again: answer.lost };
    return { answer: judge(answer.exitCode) };
  });
  return 'answer' in found ? found.answer : unknown(found.gaveUp);
}

/** Whether the host needs a reboot, by the sign of its family. What cannot be told is for a person, not for a guess. */
export function rebootNeededAction(context: ActionContext): Promise<StepOutcome> {
  const { name } = context;
  const unknown = (why: string): StepOutcome =>
    failed(
      'RebootSignUnknown',
      `it cannot be told whether ${name} needs a reboot: ${why}; install needs-restarting there (dnf-utils, yum-utils), or say reboot: always or never, and raise spec.retry`,
    );
  return ask(
    context,
    (exitCode) => {
      if (exitCode === 0) return succeeded('NoRebootNeeded', 'no reboot is required', { needed: false });
      if (exitCode === 1) return succeeded('RebootNeeded', 'a reboot is required', { needed: true });
      return unknown(`exit code ${exitCode}`);
    },
    unknown,
  );
}

/** Whether the version that was deployed is the one that runs. */
export function proveDeployedAction(context: ActionContext): Promise<StepOutcome> {
  const { name, step } = context;
  const version = step.parameters.version as string;
  return ask(
    context,
    (exitCode) =>
      exitCode === 0
        ? succeeded('Deployed', `${version} runs`)
        : failed('NotDeployed', `${name} is back, and ${version} is not the running system`),
    (why) => failed('NotDeployed', `it could not be seen whether ${version} runs on ${name}: ${why}`),
  );
}
