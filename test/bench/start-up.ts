import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { plainScript } from '../support/plain-script.ts';
import { bigRepository, type BigRepository } from './big-repository.ts';
import { figure, median, timed, type BenchPart, type Figure } from './figure.ts';

const HOSTS = 10_000;
const ROUNDS = 3;
const COMMITS = 5;
const ROOMS = join(import.meta.dirname, '../../dist/reconciler');

interface Taken {
  ms: number;
  /** Longest block of the main loop, milliseconds. */
  blockMs: number;
}

/**
 * From nothing, from a warm cache, and after a commit to one file: to the first plan, with 10,000 hosts, beside
 * `git clone --depth 1` and `git cat-file --batch`. The longest block of the main loop in all of it is of a process that has
 * loaded its modules.
 */
export const startUp: BenchPart = {
  names: ['cold-start', 'warm-start', 'one-file-commit', 'loop-block'],

  async run(): Promise<Figure[]> {
    const repository = await bigRepository(HOSTS);
    const taken = { cold: [] as Taken[], warm: [] as Taken[], one: [] as Taken[], git: [] as number[] };
    try {
      for (let round = 0; round < ROUNDS; round += 1) await measure(repository, round, taken);
      const ms = (some: Taken[]): number => median(some.map((each) => each.ms));
      const blocks = (some: Taken[]): number => median(some.map((each) => each.blockMs));
      const git = median(taken.git);
      return [
        figure('cold-start', ms(taken.cold), 'ms', git),
        figure('warm-start', ms(taken.warm), 'ms', git),
        figure('one-file-commit', ms(taken.one), 'ms', git),
        figure('loop-block', Math.max(...[taken.cold, taken.warm, taken.one].map(blocks)), 'ms'),
      ];
    } finally {
      await rm(dirname(repository.path), { recursive: true, force: true });
    }
  },
};

async function measure(
  repository: BigRepository,
  round: number,
  taken: { cold: Taken[]; warm: Taken[]; one: Taken[]; git: number[] },
): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'intendant-bench-state-'));
  try {
    taken.git.push((await timed(() => yardstick(repository.path, join(state, 'yardstick.git')))).ms);
    const auth = {};
    const url = repository.path;
    const config = {
      state,
      repository: { url, auth, branch: 'main', path: '', pollMs: 30_000 },
      status: { url, auth },
    };
    const words = [ROOMS, JSON.stringify(config), `${HOSTS / 100}`];
    const cold = startChild(words);
    taken.cold.push(await cold.ask(''));
    await cold.end();
    const warm = startChild(words);
    taken.warm.push(await warm.ask(''));
    for (let at = 0; at < COMMITS; at += 1) {
      taken.one.push(await warm.ask(repository.changeOne(at * 100 + 1, `round-${round}-${at}`)));
    }
    await warm.end();
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

/** The measured process; `ask` sends it a line and reads its answer. INTENDANT_BENCH_PROFILE names a folder for CPU profiles. */
function startChild(words: readonly string[]): { ask(line: string): Promise<Taken>; end(): Promise<void> } {
  const profile = process.env.INTENDANT_BENCH_PROFILE;
  const profiled = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const script = plainScript(import.meta.dirname, ['start-up-child']);
  const child = spawn(process.execPath, [...profiled, script, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const next = await lines.next();
      if (next.done === true) throw new Error('the measured process ended');
      return JSON.parse(next.value) as Taken;
    },
    async end() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await ended;
    },
  };
}

function yardstick(path: string, clone: string): void {
  const maxBuffer = 1 << 28;
  execFileSync('git', ['clone', '-q', '--bare', '--depth', '1', `file://${path}`, clone]);
  const names = execFileSync('git', ['-C', clone, 'ls-tree', '-r', 'HEAD'], { encoding: 'utf8', maxBuffer });
  const oids = names
    .split('\n')
    .filter(Boolean)
    .map((line) => line.slice(12, 52));
  execFileSync('git', ['-C', clone, 'cat-file', '--batch'], { input: oids.join('\n'), maxBuffer });
}
