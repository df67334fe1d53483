import { QUESTIONS_TRAILER } from '../hosts/scripts/look.ts';
import { failed, framed, HOSTILE, USAGE } from './answer.ts';
import type { Answer, VerbCall } from './answer.ts';
import type { SimHost } from './sim-host.ts';
import { runArgv } from './tiny-shell.ts';
import { readStep, startStep } from './verb-steps.ts';

const CHECK_OUTPUT_BYTES = 4096;
/** Does on a simulated host what the product's script of that name does on a real one. */
export async function runVerb(host: SimHost, call: VerbCall): Promise<Answer> {
  switch (call.verb) {
    case 'facts':
      return call.args[0] === undefined ? USAGE : framed(call.args[0], host.facts());
    case 'step-start':
      return startStep(host, call);
    case 'step-read':
      return readStep(host, call);
    case 'check':
      return check(host, call);
    case 'look':
      return look(host, call);
    case 'upload':
      return upload(host, call);
    case 'other':
      return other(host, call);
  }
}

async function check(host: SimHost, call: VerbCall): Promise<Answer> {
  const [nonce, timeout, dashes, ...argv] = call.args;
  if (!nonce || !Number(timeout) || dashes !== '--' || argv.length === 0) return USAGE;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error('timeout')), Number(timeout) * 1000);
  try {
    const result = host.wellBehaved()
      ? await runArgv(host, argv, AbortSignal.any([call.signal, limit.signal]))
      : { exitCode: 1, output: 'the simulated check fails\n' };
    const output = Buffer.from(host.faults.hostileOutput ? HOSTILE + result.output : result.output);
    return framed(nonce, {
      exitCode: String(result.exitCode),
      output: output.subarray(0, CHECK_OUTPUT_BYTES).toString('base64'),
    });
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    return framed(nonce, { exitCode: '124', output: '' });
  } finally {
    clearTimeout(timer);
  }
}

async function look(host: SimHost, call: VerbCall): Promise<Answer> {
  const [nonce, folder, family, seconds] = call.args;
  if (!nonce || !folder?.startsWith('/') || !family || !Number(seconds)) return USAGE;
  const lines = (await call.stdin()).toString('utf8').split('\n');
  if (lines.at(-2) !== `${QUESTIONS_TRAILER} ${nonce}`) return failed(nonce, 'the questions did not arrive whole');
  const items = host.profile.answer(lines.slice(0, -2)).join('\n');
  return framed(nonce, {
    state: 'seen',
    manager: 'systemd',
    selinux: 'off',
    inventory: Buffer.from(host.profile.inventory.join('\n')).toString('base64'),
    items: Buffer.from(host.faults.hostileOutput ? `${HOSTILE}${items}` : items).toString('base64'),
  });
}

async function upload(host: SimHost, call: VerbCall): Promise<Answer> {
  const [nonce, path, mode, size] = call.args;
  if (!nonce || !path?.startsWith('/') || !mode || size === undefined) return USAGE;
  const content = await call.stdin();
  if (!call.root && !path.startsWith('/tmp/')) return failed(nonce, `${path} cannot be written: Permission denied`);
  if (host.faults.diskFull) return failed(nonce, `${path} cannot be written: No space left on device`);
  if (content.length !== Number(size)) return failed(nonce, `${path}: the content did not arrive whole`);
  host.files.set(path, { content, mode });
  return framed(nonce, { state: 'written' });
}

/** A command that is not one of the product's: `cat`, the few that the tiny shell knows, or 127. */
async function other(host: SimHost, call: VerbCall): Promise<Answer> {
  const [name, ...args] = call.args;
  if (name === 'cat') return cat(host, call, args);
  const { exitCode, output } = await runArgv(host, call.args, call.signal);
  return exitCode === 127 ? { exitCode, stdout: '', stderr: output } : { exitCode, stdout: output, stderr: '' };
}

async function cat(host: SimHost, call: VerbCall, paths: string[]): Promise<Answer> {
  if (paths.length === 0) return { exitCode: 0, stdout: (await call.stdin()).toString('utf8'), stderr: '' };
  const missing = paths.find((path) => !host.files.has(path));
  if (missing !== undefined) {
    return { exitCode: 1, stdout: '', stderr: `cat: ${missing}: No such file or directory\n` };
  }
  return {
    exitCode: 0,
    stdout: paths.map((path) => host.files.get(path)!.content.toString('utf8')).join(''),
    stderr: '',
  };
}
