import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';

const ROOT = join(import.meta.dirname, '../..');
const STAMP = join(ROOT, 'dist/.built');
const LOCK = join(ROOT, 'node_modules/.cache/intendant-build');
const SOURCES = ['reconciler', 'schema', 'cli', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

/**
 * Makes `dist/` up to date: runs `npm run build` unless nothing has changed since the last one. Safe to call from several
 * processes at once: one builds, the others wait for it. With INTENDANT_BUILD=skip it takes `dist/` as it stands.
 */
export async function ensureBuilt(): Promise<void> {
  if (process.env.INTENDANT_BUILD === 'skip') return;
  if (isFresh()) return;
  await eventually(takeLock, { timeoutMs: 300_000, everyMs: 100 });
  try {
    if (!isFresh()) await build();
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

async function build(): Promise<void> {
  const startedAt = new Date();
  try {
    await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: ROOT, maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(
      `npm run build failed (INTENDANT_BUILD=skip runs the tests on dist/ as it stands):\n${stdout}${stderr}`,
      {
        cause: error,
      },
    );
  }
  writeFileSync(STAMP, '');
  // What was saved while the compiler ran counts as newer.
  utimesSync(STAMP, startedAt, startedAt);
}

function isFresh(): boolean {
  const built = changedAt(STAMP);
  return built !== undefined && SOURCES.every((source) => newest(join(ROOT, source)) <= built);
}

/** Time of the newest file below a path; folders count too, since removing a file changes only them. */
function newest(path: string): number {
  const own = changedAt(path) ?? 0;
  let inside: string[] = [];
  try {
    inside = readdirSync(path);
  } catch {
    return own;
  }
  return Math.max(own, ...inside.map((name) => newest(join(path, name))));
}

function changedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function takeLock(): boolean {
  try {
    mkdirSync(join(LOCK, '..'), { recursive: true });
    mkdirSync(LOCK);
    writeFileSync(join(LOCK, 'pid'), String(process.pid));
    return true;
  } catch {
    if (!ownerLives()) rmSync(LOCK, { recursive: true, force: true });
    return false;
  }
}

function ownerLives(): boolean {
  try {
    process.kill(Number(readFileSync(join(LOCK, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    // Without the file its owner is just about to write it, unless that was long ago.
    const since = changedAt(LOCK);
    return (error as { code?: string }).code === 'ENOENT' && since !== undefined && Date.now() - since < 5000;
  }
}
