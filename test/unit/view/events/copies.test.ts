import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../reconciler/model/clock.ts';
import type { Json } from '../../../../reconciler/model/json.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import type { StateStore, Write } from '../../../../reconciler/store/state-store.ts';
import { EventLog } from '../../../../reconciler/view/events/event-log.ts';
import { FleetCache } from '../../../../reconciler/view/fleet-cache.ts';
import { sequenceOf } from '../../../fuzz/mutate.ts';
import { eventually } from '../../../support/eventually.ts';
import { hostStatus } from '../../../support/statuses.ts';
import { storeForEachTest } from '../../../support/store-for-each-test.ts';

interface Copy {
  log: EventLog;
  cache: FleetCache;
}

const own = storeForEachTest();

/** One copy of the view on the store, which may be slow to follow it. */
async function follow(name: string, slow = false): Promise<Copy> {
  const cache = new FleetCache({ store: slow ? lagging(own.store) : own.store, clock: systemClock });
  const log = new EventLog({ clock: systemClock, copy: name });
  log.attach(cache);
  void cache.run(own.stop.signal);
  await eventually(() => cache.ready);
  return { log, cache };
}

/** The same store, whose answers come a few turns later: what is read is often newer than the hint that led to it. */
function lagging(of: StateStore): StateStore {
  return {
    ...of,
    list: (prefix, options, signal) => of.list(prefix, options, signal),
    watch: (prefix, revision, signal) => of.watch(prefix, revision, signal),
    async get(key, signal) {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return of.get(key, signal);
    },
  };
}

/** Random changes of ten hosts, several in one transaction now and then. */
async function happen(rounds: number, random: () => number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const writes: Write[] = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      const name = `web-${Math.floor(random() * 10)}`;
      const key = keys.object(`Host/${name}`);
      if (random() < 0.1) return { delete: key };
      const status = { ...hostStatus(name, random() < 0.5 ? 'active' : 'failed'), detail: { at: round + random() } };
      return { put: key, value: status as unknown as Json };
    });
    await own.store.commit(writes);
  }
}

/** Waits until these copies hold what the store holds. */
async function settled(...copies: Copy[]): Promise<void> {
  await eventually(async () => {
    const { entries } = await own.store.list(keys.objects);
    return copies.every(
      ({ cache }) =>
        cache.list().length === entries.length &&
        entries.every(
          ({ key, revision }) => cache.get(key.slice(keys.objects.length) as 'Host/x')?.revision === revision,
        ),
    );
  });
}

function idsOf({ log }: Copy, from = log.first): string[] {
  return Array.from({ length: log.next - from }, (_, index) => log.get(from + index)!.id);
}

describe('copies of the view on one store', () => {
  it('give the same ids to the same changes, where each has seen every one', async () => {
    const [one, other] = [await follow('a'), await follow('b')];
    const random = sequenceOf(1);

    for (let round = 0; round < 30; round += 1) {
      await happen(1, random);
      await settled(one, other);
    }

    expect(idsOf(one).length).toBeGreaterThan(30);
    expect(idsOf(other)).toEqual(idsOf(one));
  });

  it.each([1, 2, 3])('miss nothing for a reader that goes from one to the other (%i)', async (seed) => {
    const random = sequenceOf(seed);
    const [one, other] = [await follow('a', seed % 2 === 0), await follow('b', seed % 2 === 1)];
    const { position } = one.log;
    const seen = new Map<string, string>();
    const read = ({ log }: Copy, after: string, most: number): string => {
      let last = after;
      const from = log.after(after);
      // Nothing that a copy does not have yet is lost: it is told to read everything, and reads on from there.
      if (from === undefined) throw new Error(`${after} is not in the log`);
      for (let at = from; at < Math.min(log.next, from + most); at += 1) {
        const { id, key, type, block, json } = log.get(at)!;
        const { status } = JSON.parse(block.subarray(...json).toString()) as { status?: string };
        if (type === 'object') seen.set(key!, status!);
        if (type === 'removed') seen.delete(key!);
        last = id;
      }
      return last;
    };

    await happen(60, random);
    await settled(one, other);
    const left = read(one, position, Math.floor(random() * 200));
    await happen(30, random);
    await settled(one, other);
    read(other, left, Infinity);

    const shown = other.cache.list().map(({ status }) => [status.key as string, status.status] as const);
    expect([...seen].sort()).toEqual([...shown].sort());
  });
});
