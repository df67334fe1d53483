import type { ServerChannel, Session } from 'ssh2';
import { HOSTILE } from './answer.ts';
import type { Answer } from './answer.ts';
import { parseCommandLine } from './command-line.ts';
import type { ParsedCommand } from './command-line.ts';
import { meets } from './faults.ts';
import type { SimHost } from './sim-host.ts';
import { ShellSyntax } from './shell-words.ts';
import { runVerb } from './verbs.ts';

/** Standard input that is kept at most; a real host would write more, the product never sends it. */
const MAX_STDIN_BYTES = 4 * 1024 * 1024;

/** Who is logged in, and how to end it all. */
export interface SessionContext {
  /** The login is root's. */
  root: boolean;
  /** Resets the connection below. */
  reset(): void;
}

/** Serves the one `exec` of a session. Shells, terminals and subsystems are refused. */
export function serveSession(session: Session, host: SimHost, context: SessionContext): void {
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept();
    channel.on('error', () => undefined);
    execute(channel, command, host, context).catch((error: unknown) => {
      if (host.up && !channel.destroyed) finish(channel, { exitCode: 255, stdout: '', stderr: `${String(error)}\n` });
    });
  });
}

async function execute(channel: ServerChannel, line: string, host: SimHost, context: SessionContext): Promise<void> {
  let command: ParsedCommand;
  try {
    command = parseCommandLine(line);
  } catch (error) {
    if (!(error instanceof ShellSyntax)) throw error;
    return finish(channel, { exitCode: 127, stdout: '', stderr: `sh: 1: simulated host: ${error.message}\n` });
  }
  const { verb, args } = command;
  const closed = new AbortController();
  channel.on('close', () => closed.abort(new Error('the channel was closed')));
  const signal = AbortSignal.any([closed.signal, host.power]);
  const { faults } = host;

  if (faults.slowMs) await host.clock.sleep(faults.slowMs, signal);
  const hang = meets(faults.hangInCommand, verb) ? faults.hangInCommand : undefined;
  const reset = meets(faults.resetInCommand, verb) ? faults.resetInCommand : undefined;
  if (hang?.when === 'before') return;
  if (reset?.when === 'before') return context.reset();
  if (meets(faults.endlessOutput, verb)) return writeForEver(channel);

  const stdin = (): Promise<Buffer> => readAll(channel);
  const answer = await runVerb(host, { verb, args, root: context.root || command.sudo, stdin, signal });
  host.note({ event: 'command', verb, args: verb === 'other' ? args : args.slice(1), exitCode: answer.exitCode });
  if (hang) return;
  if (reset) {
    channel.write(answer.stdout.slice(0, answer.stdout.length / 2), () => context.reset());
    return;
  }
  finish(channel, answer, faults.hostileOutput);
}

function finish(channel: ServerChannel, answer: Answer, hostile = false): void {
  if (hostile) {
    channel.write(HOSTILE);
    channel.write(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a]));
  }
  if (answer.stdout !== '') channel.write(answer.stdout);
  if (hostile) channel.write(HOSTILE);
  if (answer.stderr !== '') channel.stderr.write(answer.stderr);
  channel.exit(answer.exitCode);
  channel.end();
}

function writeForEver(channel: ServerChannel): void {
  const noise = Buffer.alloc(32_768, 'all work and no play makes a dull host\n');
  const more = (): void => {
    while (!channel.destroyed && channel.write(noise));
  };
  channel.on('drain', more);
  more();
}

function readAll(channel: ServerChannel): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    channel.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_STDIN_BYTES) chunks.push(chunk);
    });
    channel.on('end', () => resolve(Buffer.concat(chunks)));
    channel.on('close', () => reject(new Error('the channel was closed before its input ended')));
  });
}
