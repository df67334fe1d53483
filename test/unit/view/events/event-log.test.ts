import { describe, expect, it } from 'vitest';
import type { ObjectStatus } from '../../../../reconciler/model/status.ts';
import type { CacheChange, FleetCache } from '../../../../reconciler/view/fleet-cache.ts';
import { EventLog, type EventLogOptions } from '../../../../reconciler/view/events/event-log.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { hostStatus } from '../../../support/statuses.ts';

/** The part of a cache that a log listens to, driven by the test. */
class FakeCache {
  ready = false;
  revision = 0;
  #listener: (changes: readonly CacheChange[]) => void = () => undefined;

  onChange(listener: (changes: readonly CacheChange[]) => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }

  tell(...changes: CacheChange[]): void {
    this.ready = true;
    this.#listener(changes);
  }
}

function follow(options: Partial<EventLogOptions> = {}): { log: EventLog; cache: FakeCache } {
  const log = new EventLog({ clock: new ManualClock(), copy: 'a', ...options });
  const cache = new FakeCache();
  log.attach(cache as unknown as FleetCache);
  cache.revision = 10;
  cache.tell();
  return { log, cache };
}

function change(name: string, at: number, before?: ObjectStatus, now: ObjectStatus = hostStatus(name)): CacheChange {
  return { key: `Host/${name}`, revision: at, at, before, now };
}

function ids(log: EventLog, from: number | undefined): string[] {
  if (from === undefined) throw new Error('the log says that something is missing');
  const found: string[] = [];
  for (let at = from; at < log.next; at += 1) found.push(log.get(at)!.id);
  return found;
}

describe('the log of events', () => {
  it('begins with what changes after the first list, not with what was there', () => {
    const log = new EventLog({ clock: new ManualClock() });
    const cache = new FakeCache();
    log.attach(cache as unknown as FleetCache);

    cache.tell(change('web-1', 10), change('web-2', 10));
    cache.tell(change('web-3', 11));

    expect(ids(log, log.first)).toEqual(['11-0-Host/web-3']);
  });

  it('gives the same ids to the same changes in every copy of the view', () => {
    const [one, other] = [follow({ copy: 'a' }), follow({ copy: 'b' })];
    const changes = [change('web-1', 11, hostStatus('web-1', 'failed')), change('web-2', 12)];

    for (const { cache } of [one, other]) cache.tell(...changes);

    expect(ids(one.log, one.log.first)).toEqual(ids(other.log, other.log.first));
    expect(ids(one.log, one.log.first)).toEqual([
      '11-0-Host/web-1',
      '11-1-Host/web-1',
      '11-2-Host/web-1',
      '11-3-Host/web-1',
      '12-0-Host/web-2',
    ]);
  });

  it('goes on after an id that it has given', () => {
    const { log, cache } = follow();

    cache.tell(change('web-1', 11), change('web-2', 11), change('web-3', 12));

    expect(ids(log, log.after('11-0-Host/web-1'))).toEqual(['11-0-Host/web-2', '12-0-Host/web-3']);
    expect(ids(log, log.after('12-0-Host/web-3'))).toEqual([]);
  });

  it('goes on after an id of another copy with all that this reader may not have seen', () => {
    const { log, cache } = follow();

    cache.tell(change('web-1', 11), change('web-2', 12), change('web-3', 13));

    expect(ids(log, log.after('12-credentials-read-b-1'))).toEqual(['12-0-Host/web-2', '13-0-Host/web-3']);
  });

  it('goes on from the place that it gives to readers before anything has happened', () => {
    const { log, cache } = follow();
    const { position } = log;

    cache.tell(change('web-1', 11));

    expect(position).toBe('10');
    expect(ids(log, log.after(position))).toEqual(['11-0-Host/web-1']);
  });

  it.each([
    ['from before the view began', '9'],
    ['from a change before the view began', '10-0-Host/web-1'],
    ['from a time that is not there yet', '99-0-Host/web-1'],
    ['that nobody has given', 'nonsense'],
    ['that is much too long', '1'.repeat(1000)],
    ['with a line break', '11-0-Host/web-1\nevent: removed'],
  ])('says that something is missing after an id %s', (_what, id) => {
    const { log, cache } = follow();
    cache.tell(change('web-1', 11));

    expect(log.after(id)).toBeUndefined();
  });

  it('keeps no more events than it may, and knows what it has forgotten', () => {
    const { log, cache } = follow({ maxEvents: 3 });

    for (let at = 11; at < 20; at += 1) cache.tell(change('web-1', at));

    expect(ids(log, log.first)).toEqual(['17-0-Host/web-1', '18-0-Host/web-1', '19-0-Host/web-1']);
    expect(log.after('12-0-Host/web-1')).toBeUndefined();
    expect(log.after('16-0-Host/web-1')).toBeUndefined();
    expect(ids(log, log.after('17-0-Host/web-1'))).toHaveLength(2);
  });

  it('keeps no more bytes than it may', () => {
    const { log, cache } = follow({ maxBytes: 2000 });

    for (let at = 11; at < 200; at += 1) cache.tell(change('web-1', at));

    expect(log.bytes).toBeLessThanOrEqual(2000);
    expect(log.bytes).toBeGreaterThan(1000);
    expect(log.offset).toBeGreaterThan(20_000);
  });

  it('begins anew when the store has gone back: it is another one', () => {
    const { log, cache } = follow();
    cache.tell(change('web-1', 50));
    const { epoch } = log;

    cache.tell(change('web-1', 20));

    expect(log.epoch).toBe(epoch + 1);
    expect(ids(log, log.first)).toEqual(['20-0-Host/web-1']);
    expect(log.after('50-0-Host/web-1')).toBeUndefined();
  });

  it('takes what is no change of an object in between, though its revision is another', () => {
    const { log, cache } = follow();
    cache.tell(change('web-1', 11));

    log.record({ type: 'halted', text: 'stopped' }, 30);
    log.record({ type: 'credentials-read', key: 'Host/web-1', text: 'read', who: 'jo' });
    cache.tell(change('web-2', 12));

    expect(ids(log, log.first)).toEqual([
      '11-0-Host/web-1',
      '11-halted-30',
      '11-credentials-read-a-2',
      '12-0-Host/web-2',
    ]);
    expect(ids(log, log.after('11-halted-30'))).toHaveLength(2);
  });

  it('tells readers once of what came in one go', async () => {
    const { log, cache } = follow();
    let told = 0;
    await new Promise((resolve) => setImmediate(resolve));
    log.onAppend(() => (told += 1));

    cache.tell(change('web-1', 11), change('web-2', 11));
    cache.tell(change('web-3', 12));
    await new Promise((resolve) => setImmediate(resolve));

    expect(told).toBe(1);
  });

  it('writes an event as one block whose lines nothing in it can break', () => {
    const { log } = follow();

    log.record({ type: 'halted', text: 'a\nid: 7\r\n\nevent: removed' });

    const event = log.get(log.first)!;
    const lines = event.block.toString().split(/\r\n|\r|\n/);
    expect(lines).toHaveLength(5);
    expect(lines.slice(0, 2)).toEqual(['id: 10-halted-a-1', 'event: halted']);
    expect(JSON.parse(event.block.subarray(...event.json).toString())).toMatchObject({
      text: 'a\nid: 7\r\n\nevent: removed',
    });
  });
});
