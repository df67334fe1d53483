import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { writeHeartbeats } from '../../reconciler/engine/heartbeat.ts';
import { Housekeeping } from '../../reconciler/engine/housekeeping.ts';
import { nextHostStep } from '../../reconciler/kinds/operation/pipeline.ts';
import { isoTime, type Clock } from '../../reconciler/model/clock.ts';
import type { Json } from '../../reconciler/model/json.ts';
import type { JournalRecord } from '../../reconciler/model/plan.ts';
import type { Inventory } from '../../reconciler/model/resource.ts';
import { openEmbeddedStore } from '../../reconciler/store/embedded-store.ts';
import { openEtcdStore } from '../../reconciler/store/etcd-store.ts';
import { keys } from '../../reconciler/store/keys.ts';
import { openMirror, type Mirror } from '../../reconciler/store/mirror.ts';
import type { StateStore } from '../../reconciler/store/state-store.ts';
import type { OperationSpec } from '../../schema/generated/types.ts';
import { freshFleet, startEtcd } from '../support/etcd.ts';
import { describeWith } from '../support/real-parts.ts';
import { silentLog } from '../support/silent-log.ts';

/*
 * The writes of a week, in the transactions in which the executor, the heartbeat and housekeeping issue them, on a clock that
 * does not wait. Short: 300 hosts for two days. `INTENDANT_WEEK=1` makes it 3,000 hosts for seven days.
 */
const LONG = process.env.INTENDANT_WEEK === '1';
const HOSTS = LONG ? 3000 : 300;
const DAYS = LONG ? 7 : 2;
/** Operations on the whole fleet, a day: every other one a script that prints 2 kB on each host. */
const OPERATIONS = 3;
/** What README.md advises: an older server's own log would else hold 100,000 transactions, whatever the database holds. */
const SMALL_LOG = ['--snapshot-count', '10000', '--max-wals', '3'];
const MINUTE = 60_000;
const never = new AbortController().signal;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const names = Array.from({ length: HOSTS }, (_, n) => `host-${String(n).padStart(4, '0')}.example`);
const inventory = {
  keys: (kind: string) => (kind === 'Host' ? names.map((name) => `Host/${name}`) : []),
  get: () => ({ spec: { cluster: 'web' } }),
} as unknown as Inventory;

async function operate(live: Mirror, clock: Clock, name: string, run: boolean): Promise<void> {
  const spec = {
    type: run ? 'run' : 'restart',
    target: { cluster: 'web' },
    script: 'true',
  } as unknown as OperationSpec;
  const frozen = { spec, digest: 'd'.repeat(64), hosts: names, clusters: ['web'], rollout: {} };
  const record = { format: 1, name, phase: 'Running', round: 0, batches: [names], frozen };
  const put = (key: string, value: unknown): { put: string; value: Json } => ({ put: key, value: value as Json });
  await live.commit([put(keys.record(`Operation/${name}`), record)]);
  await Promise.all(
    names.map(async (host) => {
      const entries: JournalRecord[] = [];
      for (;;) {
        const step = nextHostStep(name, frozen, host, 0, entries);
        if (!step) return;
        const key = keys.journal(name, host, `000-00${step.ordinal}-${step.action}`);
        const at = isoTime(clock.now());
        const intent: JournalRecord = { format: 1, round: 0, step, startedAt: at };
        const result = { result: 'succeeded' as const, reason: 'Done', message: 'it was done', at };
        const done: JournalRecord = { ...intent, outcome: { ...result, data: { bootId: '0'.repeat(36) } } };
        entries.push(done);
        if (step.verdict) {
          await live.commit([put(key, done), { delete: keys.claim(host) }]);
          continue;
        }
        await live.commit([put(key, intent), put(keys.claim(host), { format: 1, owner: `Operation/${name}` })]);
        const printed = step.action === 'run' ? [put(keys.output(name, host, step.action), 'x'.repeat(2000))] : [];
        await live.commit([put(key, done), ...printed]);
      }
    }),
  );
  const outcomes = Object.fromEntries(names.map((host) => [host, { result: 'succeeded' }]));
  await live.commit([
    put(keys.record(`Operation/${name}`), { ...record, phase: 'Succeeded', finishedAt: isoTime(clock.now()) }),
    put(keys.object(`Operation/${name}`), { key: `Operation/${name}`, detail: { outcomes } }),
  ]);
}

/** What the process holds after a garbage collection, in MB. */
interface Memory {
  resident: number;
  used: number;
}

/** Lives through the days; what is held at the end of each of them. `disk`: what the store takes then, in words. */
async function live(store: StateStore, disk: () => Promise<string>): Promise<Memory[]> {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock: Clock = { now: () => now, monotonic: () => now, sleep: async () => undefined };
  const lease = await store.lease('daemon', 'one', 30_000, never);
  const mirror = await openMirror(store, lease);
  const lastSeen = new Map<string, number>();
  const house = new Housekeeping({
    live: mirror,
    store,
    inventory: () => inventory,
    ready: () => true,
    heard: [lastSeen],
    clock,
    log: silentLog,
    mostEntries: (50_000 * HOSTS) / 3000,
  });
  const memory: Memory[] = [];
  const revisions: number[] = [];
  for (let minute = 0; minute < DAYS * 1440; minute += 1) {
    now += MINUTE;
    for (const name of names) lastSeen.set(name, now);
    await writeHeartbeats(mirror, inventory, lastSeen, clock);
    if (minute % (1440 / OPERATIONS) === 100) await operate(mirror, clock, `op-${minute}`, minute % 960 === 100);
    if (minute % 10 === 0 && store.history) {
      revisions.push(await store.history.current(never));
      if (revisions.length > 6) await store.history.forgetBefore(revisions.shift()!, never);
    }
    if (minute % 60 === 59) await house.sweep(never);
    if (minute % 1440 === 1439) {
      collectGarbage();
      const { rss, heapUsed, external } = process.memoryUsage();
      memory.push({ resident: rss / 1e6, used: (heapUsed + external) / 1e6 });
      if (LONG) process.stderr.write(`day ${memory.length}: ${shown(memory.slice(-1))} MB resident, ${await disk()}\n`);
    }
  }
  await mirror.close();
  await lease.release();
  return memory;
}

function megabytes(folder: string): number {
  return Number(execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0]) / 1000;
}

function shown(memory: readonly Memory[]): string {
  return memory.map(({ resident, used }) => `${resident.toFixed(0)} (${used.toFixed(0)} used)`).join(', ');
}

function report(what: string, disk: number, memory: readonly Memory[]): void {
  process.stderr.write(
    `simulated week, ${what}: ${HOSTS} hosts, ${DAYS} days, ${DAYS * OPERATIONS} operations: ${disk.toFixed(0)} MB on disk, resident after each day ${shown(memory)} MB\n`,
  );
}

/** Growth a day in MB, by least squares. Journals fill up to their bound on the first two days of a long run. */
function growth(memory: readonly Memory[], of: keyof Memory): number {
  const values = memory.map((each) => each[of]).slice(LONG ? 2 : 0);
  const middle = (values.length - 1) / 2;
  const spread = values.reduce((sum, _, day) => sum + (day - middle) ** 2, 0);
  return values.reduce((sum, value, day) => sum + (day - middle) * value, 0) / spread;
}

const limits = { timeout: LONG ? 3 * 3_600_000 : 120_000 };

describe('a week in the embedded store', () => {
  it('leaves little on disk, and memory flat', limits, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'intendant-week-'));
    const store = await openEmbeddedStore({ folder: join(folder, 'store') });

    const memory = await live(store, async () => `${megabytes(folder).toFixed(0)} MB on disk`);
    await store.close();
    const disk = megabytes(folder);
    rmSync(folder, { recursive: true });

    report('embedded', disk, memory);
    expect(disk).toBeLessThan(LONG ? 340 : 100);
    expect(growth(memory, 'used')).toBeLessThan(LONG ? 5 : 25);
    expect(growth(memory, 'resident')).toBeLessThan(LONG ? 20 : 150);
  });
});

describeWith(['etcd'], 'a week in etcd', () => {
  it('leaves the server below half a gigabyte, and memory flat', limits, async () => {
    const etcd = await startEtcd({ flags: SMALL_LOG });
    const store = await openEtcdStore({ endpoints: [etcd.endpoint], fleet: freshFleet() });

    const memory = await live(store, async () => {
      const { dbSize } = await etcd.gateway('maintenance/status', {});
      return `database ${(Number(dbSize) / 1e6).toFixed(0)} MB, ${megabytes(etcd.folder).toFixed(0)} MB on disk`;
    });
    const status = await etcd.gateway('maintenance/status', {});
    await store.close();
    const disk = megabytes(etcd.folder);
    await etcd.stop();

    report(`etcd (database ${(Number(status.dbSize) / 1e6).toFixed(0)} MB)`, disk, memory);
    expect(disk).toBeLessThan(500);
    expect(Number(status.dbSize) / 1e6).toBeLessThan(LONG ? 300 : 60);
    expect(growth(memory, 'used')).toBeLessThan(LONG ? 5 : 25);
    expect(growth(memory, 'resident')).toBeLessThan(LONG ? 20 : 150);
  });
});
