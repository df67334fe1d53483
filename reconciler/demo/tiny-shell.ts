import type { Clock } from '../model/clock.ts';
import { ShellSyntax, splitWords } from './shell-words.ts';
import type { Positional } from './shell-words.ts';

/** What the harmless commands of a simulated host may know of it. */
export interface ShellWorld {
  name: string;
  clock: Clock;
  uptimeSeconds(): number;
  /** False: units are not well (`systemctl is-system-running`). */
  wellBehaved(): boolean;
}

/** Output of commands, stdout and stderr together, and the exit code. */
export interface ShellResult {
  exitCode: number;
  output: string;
}

/**
 * Runs a script of harmless lines: `exec` of one of these, `echo`, `printf` of plain text, `exit`, `sleep`, `true`, `false`, `uptime`,
 * `hostname`, `uname`, `set -e`, `systemctl is-…`. Any other command answers 127 as an unknown one does. A sleep
 * rejects with the signal's reason.
 */
export async function runScript(
  world: ShellWorld,
  script: string,
  positional: Positional,
  signal: AbortSignal,
): Promise<ShellResult> {
  let output = '';
  let exitCode = 0;
  let stopOnError = /^#!.*\s-[a-z]*e/.test(script);

  for (const line of splitLines(script)) {
    let words: string[];
    try {
      words = splitWords(line.replace(/\s*>\s*&2\s*$/, ''), positional);
    } catch (error) {
      if (!(error instanceof ShellSyntax)) throw error;
      return { exitCode: 2, output: `${output}${positional.zero}: simulated host: ${error.message}\n` };
    }
    const [name, ...args] = words;
    if (name === undefined) continue;
    if (name === 'set') {
      stopOnError ||= args.some((arg) => /^-[a-z]*e/.test(arg));
      continue;
    }
    if (name === 'exit') return { exitCode: args[0] === undefined ? exitCode : Number(args[0]) & 255, output };
    const result = await runArgv(world, words, signal);
    output += result.output;
    exitCode = result.exitCode;
    if (exitCode !== 0 && stopOnError) break;
  }
  return { exitCode, output };
}

/** Runs one command given as its words. */
export async function runArgv(world: ShellWorld, argv: readonly string[], signal: AbortSignal): Promise<ShellResult> {
  const [path = '', ...args] = argv;
  const name = path.slice(path.lastIndexOf('/') + 1);
  switch (name) {
    case 'exec':
      return runArgv(world, args, signal);
    case 'true':
    case ':':
      return { exitCode: 0, output: '' };
    case 'false':
      return { exitCode: 1, output: '' };
    case 'echo':
      return { exitCode: 0, output: args[0] === '-n' ? args.slice(1).join(' ') : `${args.join(' ')}\n` };
    case 'printf':
      return { exitCode: 0, output: printf(args) };
    case 'exit':
      return { exitCode: Number(args[0] ?? 0) & 255, output: '' };
    case 'sleep':
      await world.clock.sleep(Number(args[0] ?? 0) * 1000, signal);
      return { exitCode: 0, output: '' };
    case 'hostname':
      return { exitCode: 0, output: `${world.name}\n` };
    case 'uptime':
      return {
        exitCode: 0,
        output: ` up ${Math.floor(world.uptimeSeconds() / 60)} min, 0 users, load average: 0.00\n`,
      };
    case 'uname':
      return { exitCode: 0, output: 'Linux\n' };
    case 'sh':
      return runShellOption(world, args, signal);
    case 'systemctl':
      return systemctl(world, args);
    default:
      return { exitCode: 127, output: `sh: 1: ${path}: not found (a simulated host cannot run it)\n` };
  }
}

function runShellOption(world: ShellWorld, args: string[], signal: AbortSignal): Promise<ShellResult> {
  const at = args.indexOf('-c');
  if (at < 0) return Promise.resolve({ exitCode: 127, output: 'sh: a simulated host runs only sh -c\n' });
  const [script = '', zero = 'sh', ...rest] = args.slice(at + 1);
  return runScript(world, script, { zero, args: rest }, signal);
}

function systemctl(world: ShellWorld, args: string[]): ShellResult {
  const verb = args.find((arg) => !arg.startsWith('-'));
  const well = world.wellBehaved();
  if (verb === 'is-system-running') return { exitCode: well ? 0 : 1, output: well ? 'running\n' : 'degraded\n' };
  if (verb === 'is-active') return { exitCode: well ? 0 : 3, output: well ? 'active\n' : 'failed\n' };
  if (verb === 'is-failed') return { exitCode: well ? 1 : 0, output: well ? 'active\n' : 'failed\n' };
  return { exitCode: 127, output: `systemctl: a simulated host cannot do ${verb ?? 'nothing'}\n` };
}

function printf(args: string[]): string {
  const [format = '', ...rest] = args;
  const text = format.replaceAll('%s', () => rest.shift() ?? '');
  return text.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
}

/** The commands of a script: split at newlines and semicolons that stand outside quotes. */
function splitLines(script: string): string[] {
  const lines: string[] = [];
  let line = '';
  let quote = '';
  for (let at = 0; at < script.length; at += 1) {
    const char = script[at]!;
    if (quote === '' && (char === '\n' || char === ';')) {
      lines.push(line);
      line = '';
      continue;
    }
    if (quote === '' && char === '#' && (line === '' || /\s$/.test(line))) {
      const end = script.indexOf('\n', at);
      at = (end < 0 ? script.length : end) - 1;
      continue;
    }
    if (quote === '' && (char === "'" || char === '"')) quote = char;
    else if (char === quote) quote = '';
    if (char === '\\' && quote !== "'" && at + 1 < script.length) {
      line += char + script[at + 1]!;
      at += 1;
      continue;
    }
    line += char;
  }
  lines.push(line);
  return lines;
}
