import { framed, HOSTILE, USAGE } from './answer.ts';
import type { Answer, VerbCall } from './answer.ts';
import type { SimHost } from './sim-host.ts';
import { waitForExit } from './steps.ts';
import type { StepFolder } from './steps.ts';
import { runScript } from './tiny-shell.ts';

/** The pause before a reboot that lets the answer get through. */
const REBOOT_PAUSE_MS = 200;

/** `step-start`: the guarded start of a step, at most once per folder. */
export async function startStep(host: SimHost, call: VerbCall): Promise<Answer> {
  const [nonce, root, id, boot, digest, maxOutput, timeout, kind, ...args] = call.args;
  if (!nonce || !root || !id || !boot || !digest || !Number(maxOutput) || !Number(timeout) || !kind) return USAGE;
  if (!/^[a-z0-9.-]+$/.test(id) || (kind !== 'script' && kind !== 'reboot')) return USAGE;
  const script = kind === 'script' ? (await call.stdin()).toString('utf8') : '';

  if (boot !== '-' && boot !== host.bootId) return framed(nonce, { state: 'boot-changed', bootId: host.bootId });
  if (!call.root && root.startsWith('/var/')) {
    return { exitCode: 1, stdout: '', stderr: `mkdir: cannot create directory '${root}': Permission denied\n` };
  }
  const path = `${root}/${id}`;
  const folder = host.steps.make(path, digest, host.bootId);
  if (!folder) return framed(nonce, stateOf(host, host.steps.get(path), digest));

  host.note({ event: 'started', step: id, bootId: host.bootId });
  const finish = (exitCode: number, output: string): void => {
    host.steps.finish(folder, Buffer.from(output), exitCode, Number(maxOutput));
    host.note({ event: 'ended', step: id, exitCode });
  };
  const power = host.power;
  const running =
    kind === 'reboot'
      ? runReboot(host, power, finish)
      : runDetached(host, script, args, Number(timeout), power, finish);
  running.catch(() => undefined);
  return framed(nonce, { state: 'started', bootId: host.bootId, startedBoot: host.bootId });
}

async function runReboot(
  host: SimHost,
  power: AbortSignal,
  finish: (code: number, output: string) => void,
): Promise<void> {
  await host.clock.sleep(REBOOT_PAUSE_MS, power);
  if (host.faults.refuseReboot) return finish(1, 'Operation inhibited by "simulated fleet".\n');
  host.reboot();
}

async function runDetached(
  host: SimHost,
  script: string,
  args: string[],
  timeoutSeconds: number,
  power: AbortSignal,
  finish: (code: number, output: string) => void,
): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error('timeout')), timeoutSeconds * 1000);
  try {
    const result = await runScript(host, script, { zero: 'script', args }, AbortSignal.any([power, limit.signal]));
    finish(result.exitCode, host.faults.hostileOutput ? HOSTILE + result.output : result.output);
  } catch (error) {
    if (power.aborted) return;
    if (!limit.signal.aborted) throw error;
    finish(124, '');
  } finally {
    clearTimeout(timer);
  }
}

/** `step-read`: what became of a step. */
export async function readStep(host: SimHost, call: VerbCall): Promise<Answer> {
  const [nonce, root, id, digest, wait] = call.args;
  if (!nonce || !root || !id || !digest || wait === undefined) return USAGE;
  const folder = host.steps.get(`${root}/${id}`);
  if (folder && folder.boot === host.bootId) await waitForExit(folder, Number(wait), host.clock, call.signal);
  return framed(nonce, stateOf(host, folder, digest));
}

/** The answer of step-read, without waiting. */
function stateOf(host: SimHost, folder: StepFolder | undefined, digest: string): Record<string, string> {
  if (!folder) return { state: 'absent', bootId: host.bootId };
  const common = { bootId: host.bootId, startedBoot: folder.boot };
  if (folder.digest !== digest) return { state: 'foreign', ...common };
  if (folder.exitCode !== undefined) {
    return {
      state: 'done',
      ...common,
      exitCode: String(folder.exitCode),
      dropped: String(folder.dropped),
      output: folder.output.toString('base64'),
    };
  }
  return { state: folder.boot === host.bootId ? 'running' : 'interrupted', ...common };
}
