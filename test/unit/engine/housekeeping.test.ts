import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Housekeeping, type HousekeepingOptions } from '../../../reconciler/engine/housekeeping.ts';
import { latestVerdict } from '../../../reconciler/kinds/operation/consider.ts';
import { readJournal } from '../../../reconciler/kinds/operation/journal.ts';
import type { OperationObserved } from '../../../reconciler/kinds/operation/observed.ts';
import type { Json } from '../../../reconciler/model/json.ts';
import type { StepOutcome } from '../../../reconciler/model/plan.ts';
import type { Inventory } from '../../../reconciler/model/resource.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import type { ListPage } from '../../../reconciler/store/state-store.ts';
import { MemoryLive } from '../../support/memory-live.ts';
import { OperationWorld } from '../../support/operation-world.ts';
import { silentLog } from '../../support/silent-log.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import type { OperationSpec } from '../../../schema/generated/types.ts';

const DAY = 86_400_000;
const never = new AbortController().signal;
const spec = (over: Partial<OperationSpec> = {}): OperationSpec =>
  ({ type: 'restart', target: { cluster: 'web' }, rollout: { maxFailures: 9 }, ...over }) as OperationSpec;

function rig(over: Partial<HousekeepingOptions> = {}, hosts: string[] = []) {
  const live = new MemoryLive();
  const clock = new ManualClock('2026-03-01T00:00:00.000Z');
  const inventory = {
    keys: () => [],
    get: (key: string) => (hosts.includes(key) ? {} : undefined),
  } as unknown as Inventory;
  const store = {
    async list(prefix: string): Promise<ListPage> {
      const entries = [...live.list(prefix)].map(([key, value]) => ({ key, value, revision: 1 }));
      return { entries, revision: 1 };
    },
  };
  // Cleaning pauses between batches: time that nobody waits for here.
  clock.sleep = async () => undefined;
  const house = new Housekeeping({
    live,
    store,
    inventory: () => inventory,
    ready: () => true,
    heard: [new Map()],
    clock,
    log: silentLog,
    ...over,
  });
  return { live, clock, house };
}

/** Writes an operation that was played to its end into the live state, as the executor does. */
async function keep(live: MemoryLive, world: OperationWorld, name = 'op'): Promise<void> {
  const writes = [{ put: keys.record(`Operation/${name}`), value: world.record as unknown as Json }];
  for (const [host, entries] of world.journal) {
    for (const entry of entries) {
      const step = `${entry.round}-${entry.step.ordinal}-${entry.step.action}`;
      writes.push({ put: keys.journal(name, host, step), value: entry as unknown as Json });
      writes.push({ put: keys.output(name, host, step), value: 'printed' });
    }
  }
  await live.commit(writes);
}

function finishedAgo(days: number, world: OperationWorld, clock: ManualClock): void {
  world.record = { ...world.record!, finishedAt: new Date(clock.now() - days * DAY).toISOString() };
}

const count = (live: MemoryLive, prefix: string): number => [...live.list(prefix)].length;

describe('housekeeping', () => {
  it('removes what was printed after a week and the steps after a month, and keeps record and outcomes', async () => {
    const { live, clock, house } = rig();
    const world = new OperationWorld(spec(), ['a', 'b']);
    world.play((host) => (host === 'b' ? 'failed' : 'succeeded'));
    finishedAgo(6, world, clock);
    await keep(live, world);

    const fresh = await house.sweep(never);
    finishedAgo(8, world, clock);
    await keep(live, world);
    const week = await house.sweep(never);
    finishedAgo(31, world, clock);
    await live.commit([{ put: keys.record('Operation/op'), value: world.record as unknown as Json }]);
    const month = await house.sweep(never);

    expect(fresh).toEqual({ sealed: 0, journal: 0, output: 0, departed: 0 });
    expect(week).toMatchObject({ sealed: 0, journal: 0 });
    expect(week.output).toBeGreaterThan(0);
    expect(month.sealed).toBe(1);
    expect(month.journal).toBeGreaterThan(0);
    expect(count(live, keys.journals) + count(live, keys.outputs)).toBe(0);
    expect(live.get(keys.record('Operation/op'))).toMatchObject({ name: 'op' });
    expect(live.get(keys.sealed('op'))).toMatchObject({
      succeeded: [{ hosts: ['a'] }],
      others: { b: { result: 'skipped' } },
    });
  });

  it('leaves an operation that is not over or holds a claim', async () => {
    const { live, clock, house } = rig();
    for (const name of ['running', 'claim']) {
      const world = new OperationWorld(spec(), ['a']);
      world.play();
      finishedAgo(60, world, clock);
      if (name === 'running') world.record = { ...world.record!, phase: 'Running' };
      await keep(live, world, name);
    }
    await live.commit([{ put: keys.claim('a'), value: { owner: 'Operation/claim' } }]);
    const before = count(live, keys.journals);

    const swept = await house.sweep(never);

    expect(swept).toMatchObject({ sealed: 0, journal: 0 });
    expect(count(live, keys.journals)).toBe(before);
  });

  it('seals nothing when a retry revived the operation in between', async () => {
    const { live, clock, house } = rig();
    const world = new OperationWorld(spec(), ['a']);
    world.play();
    finishedAgo(60, world, clock);
    await keep(live, world);
    const commit = live.commit.bind(live);
    live.commit = async (writes, expectations = []) => {
      if (writes.some((write) => 'put' in write && write.put === keys.sealed('op'))) {
        await commit([
          { put: keys.record('Operation/op'), value: { ...world.record, phase: 'Running' } as unknown as Json },
        ]);
      }
      return commit(writes, expectations);
    };

    await house.sweep(never);

    expect(live.get(keys.sealed('op'))).toBeUndefined();
    expect(count(live, keys.journals)).toBeGreaterThan(0);
  });

  it('cut off after any transaction, says the same outcomes and ends the work at the next pass', async () => {
    const hosts = Array.from({ length: 40 }, (_, n) => `h${n}`);
    const fate = (host: string): StepOutcome['result'] => (Number(host.slice(1)) % 3 === 0 ? 'failed' : 'succeeded');
    for (const stopAfter of [0, 1, 2, 3, 4, 5]) {
      const { live, clock, house } = rig();
      const world = new OperationWorld(spec({ rollout: { maxFailures: 99, batches: 40 } }), hosts);
      world.play(fate);
      finishedAgo(60, world, clock);
      await keep(live, world);
      const results = (): (string | undefined)[] =>
        hosts.map(
          (host) => latestVerdict(host, { journal: readJournal('op', live) } as unknown as OperationObserved)?.result,
        );
      const before = results();
      const commit = live.commit.bind(live);
      let left = stopAfter;
      live.commit = async (writes, expectations) => {
        if (left === 0) throw new Error('the power went');
        left -= 1;
        return commit(writes, expectations);
      };

      await house.sweep(never).catch(() => undefined);
      const between = results();
      live.commit = commit;
      await house.sweep(never);

      expect(between).toEqual(before);
      expect(results()).toEqual(before);
      expect(count(live, keys.journals) + count(live, keys.outputs)).toBe(0);
    }
  });

  it('lets a retry act on those that did not succeed, and on nobody else, long after the steps are gone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (fates) => {
        const { live, clock, house } = rig();
        const hosts = fates.map((_, n) => `h${n}`);
        const failing = hosts.filter((_, n) => !fates[n]);
        const world = new OperationWorld(spec({ rollout: { maxFailures: 0, batches: 12 } }), hosts);
        world.play((host, action) => (action === 'prove' && failing.includes(host) ? 'failed' : 'succeeded'));
        finishedAgo(60, world, clock);
        await keep(live, world);
        await house.sweep(never);
        const acted = new Map(world.acted);
        world.journal.clear();
        for (const [host, entries] of readJournal('op', live)) world.journal.set(host, entries);

        world.spec = spec({ retry: 1, rollout: { maxFailures: 0, batches: 12 } });
        world.play();

        for (const host of hosts) {
          const again = (world.acted.get(host) ?? 0) - (acted.get(host) ?? 0);
          expect(again).toBe(failing.includes(host) ? 1 : 0);
        }
        expect(world.record!.phase).toBe('Succeeded');
      }),
      { numRuns: 40 },
    );
  });

  it('keeps the steps of a later round, and seals them in their turn', async () => {
    const { live, clock, house } = rig();
    const world = new OperationWorld(spec({ rollout: { maxFailures: 0 } }), ['a', 'b']);
    world.play((host, action) => (action === 'prove' && host === 'a' ? 'failed' : 'succeeded'));
    finishedAgo(60, world, clock);
    await keep(live, world);
    await house.sweep(never);
    world.journal.clear();
    for (const [host, entries] of readJournal('op', live)) world.journal.set(host, entries);
    world.spec = spec({ retry: 1, rollout: { maxFailures: 0 } });
    world.play();
    for (const [host, entries] of world.journal) {
      world.journal.set(
        host,
        entries.filter((entry) => entry.round === 1),
      );
    }
    finishedAgo(1, world, clock);
    await keep(live, world);

    const soon = await house.sweep(never);
    finishedAgo(40, world, clock);
    await live.commit([{ put: keys.record('Operation/op'), value: world.record as unknown as Json }]);
    const late = await house.sweep(never);

    expect(soon.journal).toBe(0);
    expect(late.sealed).toBe(1);
    expect(live.get(keys.sealed('op'))).toMatchObject({ round: 1, others: {} });
    expect(readJournal('op', live).size).toBe(2);
  });

  it('cleans the operations that ended first before their time when there is too much, and none that is not over', async () => {
    const { live, clock, house } = rig({ mostEntries: 10 });
    for (const [name, days] of [
      ['oldest', 3],
      ['older', 2],
      ['newest', 1],
      ['running', 9],
    ] as const) {
      const world = new OperationWorld(spec(), ['a']);
      world.play();
      finishedAgo(days, world, clock);
      if (name === 'running') world.record = { ...world.record!, phase: 'Running' };
      await keep(live, world, name);
    }
    const each = count(live, keys.journalOf('newest'));

    await house.sweep(never);

    expect(each).toBe(4);
    expect([...live.list(keys.allSealed)].map(([key]) => key)).toEqual([keys.sealed('older'), keys.sealed('oldest')]);
    expect(count(live, keys.journals)).toBe(2 * each);
  });

  it('leaves no key of a host behind that left the repository, and touches none while it is not known who left', async () => {
    const lastSeen = new Map([
      ['gone', 1],
      ['here', 1],
    ]);
    let ready = false;
    const { live, house } = rig({ heard: [lastSeen], ready: () => ready }, ['Host/here']);
    await live.commit([
      { put: keys.record('Host/gone'), value: {} },
      { put: keys.record('Host/here'), value: {} },
      { put: keys.record('Host/held'), value: {} },
      { put: keys.claim('held'), value: { owner: 'Operation/x' } },
    ]);

    const early = await house.sweep(never);
    ready = true;
    const late = await house.sweep(never);

    expect([early.departed, late.departed]).toEqual([0, 1]);
    expect([...live.list(keys.record('Host/'))].map(([key]) => key)).toEqual([
      'records/Host/held',
      'records/Host/here',
    ]);
    expect([...lastSeen.keys()]).toEqual(['here']);
  });
});
