import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../reconciler/model/clock.ts';
import { liftBrake, pullBrake } from '../../../../reconciler/engine/halt-key.ts';
import { EventLog } from '../../../../reconciler/view/events/event-log.ts';
import { followHalt } from '../../../../reconciler/view/events/follow-halt.ts';
import { eventually } from '../../../support/eventually.ts';
import { storeForEachTest } from '../../../support/store-for-each-test.ts';

describe('the brake', () => {
  const own = storeForEachTest();

  it('is told of when it is pulled and when it is lifted, and not when it was pulled before', async () => {
    const { store, stop } = own;
    const log = new EventLog({ clock: systemClock });
    await pullBrake(store, { who: 'ann', why: 'before' }, 0, [], stop.signal);
    const following = followHalt(store, log, systemClock, stop.signal);
    const texts = (): string[] => {
      const found: string[] = [];
      for (let at = log.first; at < log.next; at += 1) {
        const { block, json } = log.get(at)!;
        found.push((JSON.parse(block.subarray(...json).toString()) as { text: string }).text);
      }
      return found;
    };

    await eventually(async () => {
      await liftBrake(store, stop.signal);
      return texts().length === 1;
    });
    await pullBrake(store, { who: 'jo\u001b[31m', why: 'smoke' }, 0, [], stop.signal);
    await eventually(() => texts().length === 2);
    stop.abort();
    await following;

    expect(texts()).toEqual(['What ann had stopped goes on', 'Everything is stopped by jo: smoke']);
  });
});
