import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEWEST_VANISHED, mostVanished } from '../../../reconciler/rollout/vanish.ts';
import type { HostSighting } from '../../../reconciler/rollout/vanish.ts';

const NOW = 1_000_000;
const WINDOW = 70_000;

const well = (name: string, seenAt = NOW - 1000): HostSighting => ({ name, vanished: false, seenAt });
const missing = (name: string, missedSince = NOW - 10_000): HostSighting => ({
  name,
  vanished: false,
  missedSince,
  seenAt: missedSince - 60_000,
});

const anyHost = fc.record({
  name: fc.string(),
  vanished: fc.boolean(),
  missedSince: fc.option(fc.integer({ min: NOW - 2 * WINDOW, max: NOW }), { nil: undefined }),
  seenAt: fc.option(fc.integer({ min: NOW - 2 * WINDOW, max: NOW }), { nil: undefined }),
});
const isAway = ({ vanished, missedSince = -Infinity }: HostSighting): boolean =>
  vanished || missedSince >= NOW - WINDOW;

describe('mostVanished', () => {
  it('finds that most of the fleet went within one interval', () => {
    const hosts = [missing('a'), missing('b'), missing('c', NOW - 30_000), well('d'), well('e')];

    expect(mostVanished(hosts, NOW, WINDOW)).toEqual({ since: NOW - 30_000, hosts: ['a', 'b', 'c'] });
  });

  it('leaves half of the fleet to be failures of their own', () => {
    expect(mostVanished([missing('a'), missing('b'), missing('c'), well('d'), well('e'), well('f')], NOW, WINDOW)).toBe(
      undefined,
    );
  });

  it('leaves one or two hosts to themselves, though they are all there are', () => {
    expect(mostVanished([missing('a'), missing('b')], NOW, WINDOW)).toBeUndefined();
  });

  it('does not add up hosts that were lost over a longer time', () => {
    const long = NOW - WINDOW - 1;

    expect(mostVanished([missing('a', long), missing('b', long), missing('c'), well('d')], NOW, WINDOW)).toBe(
      undefined,
    );
  });

  it('takes those that nobody has heard of since for away too, and not those that answered after it began', () => {
    const hosts = [missing('a'), missing('b'), missing('c'), well('d', NOW - 20_000), well('e', NOW - 5000)];

    expect(mostVanished(hosts, NOW, WINDOW)?.hosts).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lasts, however long, until half of them answer', () => {
    const gone = ['a', 'b', 'c', 'd'].map((name) => ({ ...missing(name, NOW - 86_400_000), vanished: true }));

    expect(mostVanished(gone, NOW, WINDOW)?.hosts).toEqual(['a', 'b', 'c', 'd']);
    expect(mostVanished([well('a'), ...gone.slice(1)], NOW, WINDOW)?.hosts).toEqual(['b', 'c', 'd']);
    expect(mostVanished([well('a'), well('b'), ...gone.slice(2)], NOW, WINDOW)).toBeUndefined();
  });

  it('is found exactly when more than half and at least three are away', () => {
    fc.assert(
      fc.property(fc.array(anyHost, { maxLength: 40 }), (hosts) => {
        const away = hosts.filter(isAway).length;

        const expected = away >= FEWEST_VANISHED && away > hosts.length / 2;

        expect(mostVanished(hosts, NOW, WINDOW) !== undefined).toBe(expected);
      }),
    );
  });

  it('never names a host that answered since the first of them missed, and always those that are away', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyHost, { maxLength: 40, selector: ({ name }) => name }), (hosts) => {
        const found = mostVanished(hosts, NOW, WINDOW);
        if (!found) return;

        const named = new Set(found.hosts);

        for (const host of hosts) {
          if (isAway(host)) expect(named).toContain(host.name);
          else if ((host.seenAt ?? -Infinity) > found.since) expect(named).not.toContain(host.name);
        }
      }),
    );
  });

  it('does not depend on the order of hosts, and one more that is away never ends it', () => {
    fc.assert(
      fc.property(fc.array(anyHost, { maxLength: 30 }), (hosts) => {
        const found = mostVanished(hosts, NOW, WINDOW);

        expect(mostVanished([...hosts].reverse(), NOW, WINDOW)?.since).toBe(found?.since);
        if (found) expect(mostVanished([...hosts, missing('one-more')], NOW, WINDOW)).toBeDefined();
      }),
    );
  });
});
