import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What became of one target. */
export interface TargetResult {
  name: string;
  /** Inputs that were read. */
  inputs: number;
  finding?: { what: string; input: Buffer };
}

export interface TargetRun {
  name: string;
  seconds: number;
  seed: number;
  /** Folder for what the child leaves. */
  folder: string;
}

/** Heap of a child, in MB: small, so that whatever grows with its input shows. */
const HEAP_MB = 256;
/** One input may take this long. */
const INPUT_MS = 5000;
/** A child may take this long to begin, and for the first input, which loads what is loaded when it is needed. */
const START_MS = 60_000;

/** Runs one target in a process of its own, which a crash, a hang or a full heap ends. */
export async function runTarget({ name, seconds, seed, folder }: TargetRun): Promise<TargetResult> {
  const file = join(folder, `${name}.input`);
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP_MB}`, '--import', 'tsx', join(import.meta.dirname, 'child.ts')].concat([
      name,
      String(seconds),
      String(seed),
      file,
    ]),
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, INTENDANT_FUZZ_FOLDER: folder } },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-20_000)));
  const startedAt = performance.now();
  let seen = { count: 0, at: startedAt };
  let hung = false;
  const watch = setInterval(() => {
    const { count } = readReport(file);
    const now = performance.now();
    if (count !== seen.count) seen = { count, at: now };
    hung = now - seen.at > limitOf(count);
    if (hung) child.kill('SIGKILL');
  }, 250);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode));
  }).finally(() => clearInterval(watch));
  const { count, input } = readReport(file);
  if (code === 0) return { name, inputs: count };
  return {
    name,
    inputs: count,
    finding: { what: hung ? `no answer within ${limitOf(count)} ms` : said.trim(), input },
  };
}

/** How long the input of this number may take; 0 = none was given yet. */
function limitOf(count: number): number {
  return count <= 1 ? START_MS : INPUT_MS;
}

function readReport(file: string): { count: number; input: Buffer } {
  try {
    const bytes = readFileSync(file);
    if (bytes.length < 16) return { count: 0, input: Buffer.alloc(0) };
    return { count: bytes.readDoubleLE(0), input: bytes.subarray(16, 16 + bytes.readDoubleLE(8)) };
  } catch {
    return { count: 0, input: Buffer.alloc(0) };
  }
}
