import { describe, expect, it } from 'vitest';
import { meteredStore } from '../../../reconciler/store/metered-store.ts';
import type { StateStore } from '../../../reconciler/store/state-store.ts';
import { CountingMeter } from '../../support/counting-meter.ts';
import { temporaryStore } from '../../support/temporary-store.ts';

describe('a store whose failures are counted', () => {
  it('counts requests that were not answered, by what was asked, and nothing else', async () => {
    const { store, remove } = await temporaryStore();
    const meter = new CountingMeter();
    const metered = meteredStore(store, meter);

    await metered.commit([{ put: 'a', value: 1 }]);
    const found = await metered.get('a');
    const tooLarge = metered.commit([{ put: 'b', value: 'x'.repeat(2 * 1024 * 1024) }]);
    await expect(tooLarge).rejects.toThrow();
    await metered.close();
    await expect(metered.get('a')).rejects.toThrow();
    await expect(metered.list('')).rejects.toThrow();
    await expect(metered.list('')).rejects.toThrow();
    await remove();

    expect(found?.value).toBe(1);
    expect(Object.fromEntries(meter.counts)).toEqual({
      'storeFailures request=get': 1,
      'storeFailures request=list': 2,
    });
  });

  it('keeps its history, where it has one', () => {
    const history = {} as NonNullable<StateStore['history']>;

    const [withHistory, without] = [{ history }, {}].map((store: Partial<StateStore>) =>
      meteredStore(store as StateStore, new CountingMeter()),
    );

    expect(withHistory!.history).toBe(history);
    expect(without).not.toHaveProperty('history');
  });
});
