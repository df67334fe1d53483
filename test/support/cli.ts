import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { inNetns } from './lab/network.ts';

const BIN = join(import.meta.dirname, '../../dist/cli/bin.js');

export interface CliOptions {
  cwd?: string;
  /** Added to a small environment of its own; nothing else of the tester's environment is seen. */
  env?: Record<string, string>;
  /** Runs inside this network namespace. */
  netns?: string;
  /** Then it is killed and the call fails. Default 60 s. */
  timeoutMs?: number;
  /** Told what it says on its standard error as it comes. */
  onStderr?(text: string): void;
}

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the built `intendant` to its end. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = start(args, options);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.onStderr?.(text);
  });
  const timeoutMs = options.timeoutMs ?? 60_000;
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (code === null) throw new Error(`intendant ${args.join(' ')} did not end within ${timeoutMs} ms\n${stderr}`);
  return { code, stdout, stderr };
}

/** A daemon under test. */
export interface Daemon {
  readonly pid: number;
  /** Everything it has printed, both streams. */
  log(): string;
  /** Waits until its output matches. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<void>;
  /** When it first printed a line that matches, in milliseconds since 1970 by its own word. */
  saidAt(pattern: RegExp): number;
  /** Resolves when it is gone, however that came about: with the signal that ended it, or null. */
  readonly gone: Promise<NodeJS.Signals | null>;
  /** Sends a signal (default SIGTERM) and waits until it is gone. Answers with the exit code, or -1 after a signal. */
  kill(signal?: NodeJS.Signals): Promise<number>;
}

/** Starts `intendant run --config …`. The test ends it with `kill`. */
export function startDaemon(configPath: string, options: DaemonOptions = {}): Daemon {
  return watchDaemon([options.bin ?? BIN, 'run', '--config', configPath], options);
}

export interface DaemonOptions extends Omit<CliOptions, 'timeoutMs' | 'onStderr'> {
  /** Another build of the program: path of its `bin.js`. */
  bin?: string;
}

/** Starts any program of Node as a daemon under test. */
export function watchDaemon(nodeArguments: readonly string[], options: DaemonOptions = {}): Daemon {
  const child = startNode(nodeArguments, options);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const gone = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
  const endedBy = new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_code, by) => resolve(by)));
  let ended = false;
  void gone.then(() => (ended = true));
  return {
    pid: child.pid!,
    gone: endedBy,
    log: () => output,
    saidAt(pattern) {
      const line = output.split('\n').find((each) => pattern.test(each)) ?? '';
      const { time } = JSON.parse(line) as { time: string };
      return Date.parse(time);
    },
    async waitFor(pattern, timeoutMs = 60_000) {
      await eventually(
        () => {
          if (pattern.test(output)) return true;
          if (ended) throw new Error(`the daemon ended before it said ${String(pattern)}:\n${output}`);
          return false;
        },
        { timeoutMs },
      );
    },
    async kill(signal = 'SIGTERM') {
      if (!ended) child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      const code = await gone;
      clearTimeout(timer);
      return code;
    },
  };
}

function start(args: readonly string[], options: CliOptions): ReturnType<typeof spawnPiped> {
  return startNode([BIN, ...args], options);
}

function startNode(args: readonly string[], options: CliOptions): ReturnType<typeof spawnPiped> {
  const argv = [process.execPath, ...args];
  const [program, ...rest] = options.netns ? inNetns(options.netns, argv) : argv;
  return spawnPiped(program!, rest, options);
}

/** Each command has an empty home of its own, which goes when it ends. */
function spawnPiped(program: string, args: string[], { cwd, env }: CliOptions) {
  const home = mkdtempSync(join(tmpdir(), 'intendant-home-'));
  const child = spawn(program, args, {
    cwd: cwd ?? home,
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: home, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.once('close', () => rmSync(home, { recursive: true, force: true }));
  return child;
}
