import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../reconciler/model/json.ts';
import { Transient } from '../../../reconciler/model/errors.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import type { StateStore, WatchHint } from '../../../reconciler/store/state-store.ts';
import { FleetCache, type CacheChange } from '../../../reconciler/view/fleet-cache.ts';
import { eventually } from '../../support/eventually.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { hostStatus } from '../../support/statuses.ts';
import { temporaryStore } from '../../support/temporary-store.ts';

let store: StateStore;
let remove: () => Promise<void>;
let stop: AbortController;

beforeEach(async () => {
  ({ store, remove } = await temporaryStore());
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await remove();
});

async function write(name: string, word: 'active' | 'failed'): Promise<void> {
  const status = hostStatus(name, word);
  await store.commit([{ put: keys.object(status.key), value: status as unknown as Json }]);
}

/** Follows a store whose watch says nothing but what a test wants it to say. */
function follow(of: Partial<StateStore>): {
  cache: FleetCache;
  clock: ManualClock;
  told: CacheChange[];
  relist: () => void;
} {
  const clock = new ManualClock();
  const told: CacheChange[] = [];
  let wake = (): void => undefined;
  const watch = async function* (): AsyncGenerator<WatchHint> {
    await new Promise<void>((resolve) => (wake = resolve));
    yield { type: 'relist' };
  };
  const cache = new FleetCache({ store: { ...of, watch } as StateStore, clock });
  cache.onChange((changes) => void told.push(...changes));
  stop.signal.addEventListener('abort', () => wake());
  void cache.run(stop.signal);
  return { cache, clock, told, relist: () => wake() };
}

describe('FleetCache', () => {
  it('tells of every change, also where a list of the store broke off in its middle', async () => {
    await write('web-1', 'active');
    await write('web-2', 'active');
    let away = false;
    const list: StateStore['list'] = async (prefix, options, signal) => {
      if (away && options?.after !== undefined) throw new Transient('away', { code: 'STORE_UNAVAILABLE' });
      return store.list(prefix, { ...options, limit: 1 }, signal);
    };
    const { cache, clock, told, relist } = follow({ list });
    await eventually(() => cache.ready);
    told.length = 0;

    await write('web-1', 'failed');
    away = true;
    relist();
    await eventually(() => cache.trouble !== undefined);
    away = false;
    await clock.advance(1000);
    await eventually(() => cache.trouble === undefined);

    expect(told.map(({ key, before, now }) => [key, before?.status, now?.status])).toEqual([
      ['Host/web-1', 'active', 'failed'],
    ]);
  });

  it('says the revision of the store that is there, also where that has gone back', async () => {
    await write('web-1', 'active');
    let behind = 0;
    const list: StateStore['list'] = async (prefix, options, signal) => {
      const page = await store.list(prefix, options, signal);
      const older = page.entries.map((entry) => ({ ...entry, revision: entry.revision + 100 - behind }));
      return { ...page, entries: older, revision: page.revision + 100 - behind };
    };
    const { cache, relist } = follow({ list });
    await eventually(() => cache.ready);
    const before = cache.revision;

    behind = 50;
    relist();
    await eventually(() => cache.get('Host/web-1')?.revision === before - 50);

    expect(cache.revision).toBe(before - 50);
  });
});
