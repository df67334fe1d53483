import { cleanLine } from '../../../hosts/clean-text.ts';
import { reasonOfCode } from '../../../model/errors.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { deadlineOf, failed, succeeded, type ActionContext } from './context.ts';
import { intendedBoot, placeOf, recordOf, undecidable } from './guard.ts';
import { tryUntil } from './reach.ts';

/**
 * Asks the host to reboot, at most once, ever: the host itself refuses a second time, and refuses when it was booted since
 * the intent. Whether it worked is not decided here but proven by the next step.
 */
export async function rebootAction(context: ActionContext): Promise<StepOutcome> {
  const { step, deps, signal, name, target } = context;
  const request = {
    ...placeOf(context),
    bootId: intendedBoot(context),
    action: { kind: 'reboot' as const },
    timeoutSeconds: Math.ceil(step.timeoutMs / 1000),
  };
  const found = await tryUntil<StepOutcome>(deadlineOf(context), deps.clock, signal, async (within) => {
    const sighting = await deps.hands.startStep(target, request, within);
    if ('lost' in sighting) return { again: sighting.lost };
    switch (sighting.state) {
      case 'started':
      case 'running':
        return { answer: succeeded('RebootRequested', 'the host is rebooting') };
      case 'interrupted':
        // Asked before, under another boot: that one is what the next step must differ from.
        return {
          answer: succeeded(
            'Rebooted',
            'the host was booted since the intent',
            sighting.startedBoot === '' ? undefined : { startedBoot: sighting.startedBoot },
          ),
        };
      case 'boot-changed':
        return { answer: succeeded('Rebooted', 'the host was booted since the intent') };
      case 'done':
        return { answer: rebootRefused(name, sighting) };
      case 'absent':
        return { again: 'the host knows nothing of the step' };
      case 'foreign':
      case 'error':
        return { answer: undecidable(sighting, context) };
    }
  });
  if ('answer' in found) return found.answer;
  return failed(
    found.code ? reasonOfCode(found.code) : 'OutcomeUnknown',
    `it could not be seen whether ${name} accepted the reboot: ${found.gaveUp}; look at it, its record is in ${recordOf(context)} there; raise spec.retry to go on`,
  );
}

/** The record of a reboot has an exit code only when it was refused. */
export function rebootRefused(name: string, refused: { exitCode: number; output: string }): StepOutcome {
  const said = cleanLine(refused.output);
  return failed(
    'RebootRefused',
    `${name} refused to reboot: exit code ${refused.exitCode}${said ? `: ${said}` : ''}; look for an inhibitor (systemd-inhibit --list) or a masked reboot.target, then raise spec.retry`,
    { untouched: true },
  );
}
