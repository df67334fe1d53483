import { describe, expect, it } from 'vitest';
import { mostDownAtOnce, outages, rebootsByHost } from '../../../reconciler/demo/outages.ts';
import type { HostEvent } from '../../../reconciler/demo/record.ts';

function event(at: number, host: string, what: HostEvent['event']): HostEvent {
  return { at, host, event: what };
}

const record = [
  event(0, 'a', 'boot'),
  event(0, 'b', 'boot'),
  event(0, 'c', 'boot'),
  event(10, 'a', 'down'),
  event(20, 'a', 'boot'),
  event(20, 'b', 'down'),
  event(25, 'c', 'down'),
  event(30, 'b', 'boot'),
];

describe('outages', () => {
  it('pairs each going down with the next boot of the same host', () => {
    const all = outages(record);

    expect(all).toEqual([
      { host: 'a', from: 10, to: 20 },
      { host: 'b', from: 20, to: 30 },
      { host: 'c', from: 25 },
    ]);
  });

  it('counts hosts that are down at the same time, and not those that follow each other', () => {
    const all = outages(record);

    expect(mostDownAtOnce(all)).toBe(2);
    expect(mostDownAtOnce(all.slice(0, 2))).toBe(1);
    expect(mostDownAtOnce([])).toBe(0);
  });

  it('counts a host that never went down as 0', () => {
    const counts = rebootsByHost([...record, event(0, 'd', 'boot')]);

    expect(Object.fromEntries(counts)).toEqual({ a: 1, b: 1, c: 1, d: 0 });
  });
});
