import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGit } from '../../reconciler/compose/open-git.ts';
import type { DaemonConfig } from '../../reconciler/config/daemon-config.ts';
import { RevisionKeeper } from '../../reconciler/engine/revision-keeper.ts';
import { reviewOperation } from '../../reconciler/kinds/operation/review.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import { MemoryLive } from '../support/memory-live.ts';
import { silentLog } from '../support/silent-log.ts';
import { bigRepository } from './big-repository.ts';
import { figure, timed, type BenchPart, type Figure } from './figure.ts';

const HOSTS = 10_000;
const ROUNDS = 5;
const never = new AbortController().signal;

/** From nothing, from a warm cache, and after a commit to one file: to the first plan, with 10,000 hosts. */
export const startUp: BenchPart = {
  names: ['cold-start', 'warm-start', 'one-file-commit', 'loop-block'],

  async run(): Promise<Figure[]> {
    const repository = await bigRepository(HOSTS);
    const url = `${repository.path}`;
    const state = await mkdtemp(join(tmpdir(), 'intendant-bench-state-'));
    const config = {
      state,
      repository: { url, auth: {}, branch: 'main', path: '', pollMs: 30_000 },
      status: { url, auth: {} },
    } as unknown as DaemonConfig;
    const live = new MemoryLive();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    try {
      const yardstick = await timed(() => {
        const clone = join(state, 'yardstick.git');
        execFileSync('git', ['clone', '-q', '--bare', '--depth', '1', `file://${repository.path}`, clone]);
        const names = execFileSync('git', ['-C', clone, 'ls-tree', '-r', 'HEAD'], {
          encoding: 'utf8',
          maxBuffer: 1 << 28,
        });
        const oids = names
          .split('\n')
          .filter(Boolean)
          .map((line) => line.slice(12, 52));
        execFileSync('git', ['-C', clone, 'cat-file', '--batch'], { input: oids.join('\n'), maxBuffer: 1 << 28 });
      });
      delay.enable();
      const cold = await timed(() => toFirstPlan(config, live));
      await cold.answer.git.close();
      const warm = await timed(() => toFirstPlan(config, live));
      const { git, keeper } = warm.answer;
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const index = round * 100 + 1;
        const commit = repository.changeOne(index, `round-${round}`);
        const one = await timed(async () => {
          await keeper.advance(commit, never);
          return plan(keeper);
        });
        times.push(one.ms);
      }
      delay.disable();
      await git.close();
      return [
        figure('cold-start', cold.ms, 'ms', yardstick.ms),
        figure('warm-start', warm.ms, 'ms', yardstick.ms),
        figure('one-file-commit', times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!, 'ms', yardstick.ms),
        figure('loop-block', delay.max / 1e6, 'ms'),
      ];
    } finally {
      await rm(state, { recursive: true, force: true });
      await rm(repository.path, { recursive: true, force: true });
    }
  },
};

interface Started {
  git: ReturnType<typeof openGit>;
  keeper: RevisionKeeper;
}

/** What the daemon does before it can plan: read the tip, fetch, parse, judge, plan. */
async function toFirstPlan(config: DaemonConfig, live: MemoryLive): Promise<Started> {
  const git = openGit(config, systemClock, (message) => {
    throw new Error(message);
  });
  const keeper = new RevisionKeeper({ source: git.source, live, branch: 'main', clock: systemClock, log: silentLog });
  await keeper.restore(never);
  const tip = await git.source.tip(never);
  await keeper.advance(tip!, never);
  plan(keeper);
  return { git, keeper };
}

function plan(keeper: RevisionKeeper): void {
  const resource = keeper.inventory.get('Operation/restart-c1');
  const review = resource && reviewOperation(resource, keeper.inventory, () => undefined, Date.now());
  if (review?.hosts.length !== HOSTS / 100)
    throw new Error(`planned ${review?.hosts.length} hosts, not ${HOSTS / 100}`);
}
