import { readConvergeHeader } from '../hosts/profile/converge-header.ts';
import { SCRIPT_TRAILER } from '../hosts/scripts/step-start.ts';
import { converge } from './converge.ts';
import { failed, framed, HOSTILE, USAGE } from './answer.ts';
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

  if (boot !== '-' && boot !== host.bootId) return framed(nonce, { state: 'boot-changed', bootId: host.bootId });
  const path = `${root}/${id}`;
  const existing = host.steps.get(path);
  if (existing) return framed(nonce, stateOf(host, existing, digest));
  if (!call.root && root.startsWith('/var/')) return failed(nonce, `${root} cannot be made: Permission denied`);
  if (host.faults.diskFull) return failed(nonce, `${root} cannot be made: No space left on device`);
  const script = kind === 'script' ? withoutTrailer((await call.stdin()).toString('utf8'), nonce) : '';
  if (script === undefined) return failed(nonce, 'the script did not arrive whole');
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
  return framed(nonce, { state: 'started', bootId: host.bootId });
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
    const signal = AbortSignal.any([power, limit.signal]);
    const header = readConvergeHeader(script);
    const result = header
      ? await converge(host, header, signal)
      : await runScript(host, script, { zero: 'script', args }, signal);
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
  if (folder.digest !== digest) return { state: 'foreign', bootId: host.bootId };
  const { exitCode } = folder;
  const running = exitCode === undefined && folder.boot === host.bootId;
  return {
    state: exitCode !== undefined ? 'done' : running ? 'running' : 'interrupted',
    bootId: host.bootId,
    startedBoot: folder.boot,
    dropped: String(folder.dropped),
    output: folder.output.toString('base64'),
    ...(exitCode !== undefined && { exitCode: String(exitCode) }),
  };
}

/** The script without the line that proves that it arrived whole; undefined when that line is missing. */
function withoutTrailer(text: string, nonce: string): string | undefined {
  const trailer = `${SCRIPT_TRAILER} ${nonce}\n`;
  return text.endsWith(`\n${trailer}`) || text === trailer ? text.slice(0, -trailer.length) : undefined;
}
