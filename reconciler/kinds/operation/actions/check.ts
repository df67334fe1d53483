import { asIntendantError } from '../../../model/errors.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { failed, succeeded, type ActionContext } from './context.ts';

interface CheckParameters {
  name: string;
  command: string[];
  timeoutMs: number;
  retries: number;
  intervalMs: number;
}

/** Runs a check command on the host, again after an interval as often as its `retries` say. Exit code 0 passes. */
export async function checkAction({ step, deps, signal, name, target }: ActionContext): Promise<StepOutcome> {
  const check = step.parameters as unknown as CheckParameters;
  let why = '';
  for (let time = 0; time <= check.retries; time += 1) {
    if (time > 0) await deps.clock.sleep(check.intervalMs, signal);
    try {
      const request = { argv: check.command, timeoutSeconds: Math.max(1, Math.ceil(check.timeoutMs / 1000)) };
      const answer = await deps.hands.check(target, request, signal);
      if ('lost' in answer) {
        why = answer.lost;
        continue;
      }
      deps.lastSeen.set(name, deps.clock.now());
      if (answer.exitCode === 0) return succeeded('CheckPassed', `check ${check.name} passed`);
      const said = answer.output.trim().split('\n')[0]?.slice(0, 200);
      why = `${answer.exitCode === 124 ? 'timed out' : `exit code ${answer.exitCode}`}${said ? `: ${said}` : ''}`;
    } catch (thrown) {
      signal.throwIfAborted();
      why = asIntendantError(thrown).message;
    }
  }
  const when = step.action === 'checkBefore' ? 'CheckBeforeFailed' : 'CheckAfterFailed';
  return failed(when, `check ${check.name} failed: ${why}`);
}
