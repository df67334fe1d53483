import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { liftBrake, pullBrake } from '../../../reconciler/engine/halt-key.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import type { StateStore } from '../../../reconciler/store/state-store.ts';
import { passedThrough } from '../../support/crashing-store.ts';
import { temporaryStore } from '../../support/temporary-store.ts';

const NOW = Date.parse('2026-01-02T03:04:05.000Z');
let store: StateStore;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ store, remove } = await temporaryStore());
});
afterEach(() => remove());

/** The same store, in which somebody else is faster so many times. */
function contended(times: number, act: () => Promise<unknown>): StateStore {
  let left = times;
  return {
    ...passedThrough(store),
    async commit(writes, expectations, signal) {
      if (left-- > 0) await act();
      return store.commit(writes, expectations, signal);
    },
  };
}

describe('the brake in the store', () => {
  it('says who pulled it, why and since when', async () => {
    const pulled = await pullBrake(store, { who: 'jo@ops', why: 'smoke' }, NOW);

    expect(pulled).toEqual({
      halt: { format: 1, who: 'jo@ops', why: 'smoke', since: '2026-01-02T03:04:05.000Z' },
      already: false,
    });
    expect((await store.get(keys.halt))?.value).toEqual(pulled.halt);
  });

  it('holds nothing that a terminal would obey, and says so where nothing was said', async () => {
    const { halt } = await pullBrake(store, { who: '\u001b[2J', why: ' \n' }, NOW);

    expect(halt).toMatchObject({ who: 'unknown', why: 'no reason was given' });
  });

  it('that is pulled stays as the first one pulled it', async () => {
    await pullBrake(store, { who: 'jo', why: 'smoke' }, NOW);

    const second = await pullBrake(store, { who: 'kim', why: 'fire' }, NOW + 1000);

    expect(second).toMatchObject({ already: true, halt: { who: 'jo', why: 'smoke' } });
  });

  it('pulled by two at once belongs to the one who was first', async () => {
    const slow = contended(1, () => pullBrake(store, { who: 'jo', why: 'smoke' }, NOW));

    const second = await pullBrake(slow, { who: 'kim', why: 'fire' }, NOW);

    expect(second).toMatchObject({ already: true, halt: { who: 'jo' } });
  });

  it('is not pulled in the name of a daemon that no longer holds the fleet', async () => {
    const lease = await store.lease('daemon', 'a', 60_000, new AbortController().signal);
    await lease.release();

    const pulling = pullBrake(store, { who: 'a' }, NOW, [{ lease: lease.token }]);

    await expect(pulling).rejects.toMatchObject({ name: 'Transient', code: 'STORE_CONTENDED' });
    expect(await store.get(keys.halt)).toBeUndefined();
  });

  it('that is lifted tells what was lifted, and where none was pulled nothing', async () => {
    await pullBrake(store, { who: 'jo', why: 'smoke' }, NOW);

    const [first, second] = [await liftBrake(store), await liftBrake(store)];

    expect(first).toMatchObject({ who: 'jo', why: 'smoke' });
    expect(second).toBeUndefined();
    expect(await store.get(keys.halt)).toBeUndefined();
  });

  it('that is changed again and again is not fought for', async () => {
    await pullBrake(store, { who: 'jo' }, NOW);
    let n = 0;
    const busy = contended(100, () => store.commit([{ put: keys.halt, value: { n: (n += 1) } }]));

    await expect(liftBrake(busy)).rejects.toMatchObject({ code: 'STORE_CONTENDED' });
    expect((await store.get(keys.halt))?.value).toEqual({ n: 5 });
  });
});
