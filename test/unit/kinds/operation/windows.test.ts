import { describe, expect, it } from 'vitest';
import type { OperationSpec } from '../../../../schema/generated/types.ts';
import { OperationWorld } from '../../../support/operation-world.ts';

const hosts = ['web-1', 'web-2', 'web-3'];
const restart = (over: Partial<OperationSpec> = {}): OperationSpec =>
  ({ type: 'restart', target: { cluster: 'web' }, ...over }) as OperationSpec;
/** Open from 22:00 to 23:00 UTC; the world begins on 2026-01-01 at midnight. */
const nightly = { start: '0 22 * * *', duration: '1h' };
const at = (time: string): number => Date.parse(`2026-01-01T${time}Z`);

/** Looks and ends what is in hand, until nothing moves at this time. */
function settle(world: OperationWorld, time: string): string | undefined {
  world.nowMs = at(time);
  world.play();
  return world.look()?.decision?.hold?.reason;
}

describe('an operation with maintenance windows', () => {
  it.each([
    ['its own', (world: OperationWorld) => (world.spec = restart({ windows: [nightly] }))],
    ["its cluster's", (world: OperationWorld) => (world.clusterSpec = { windows: [nightly] })],
  ])('waits for %s, says when they open, and begins then', (_whose, prepare) => {
    const world = new OperationWorld(restart(), hosts);
    prepare(world);
    world.nowMs = at('21:55:00');

    const held = world.look()!;

    expect(held.record).toMatchObject({ phase: 'Pending' });
    expect(held.record.frozen).toBeUndefined();
    expect(held.decision?.hold).toMatchObject({ reason: 'WindowClosed', retryAfterMs: 300_000 });
    expect(held.decision?.hold?.message).toContain('open next at 2026-01-01T22:00Z');
    expect(settle(world, '22:00:00')).toBeUndefined();
    expect(world.record?.phase).toBe('Succeeded');
  });

  it('finishes the host in hand when they close, and begins no other until they open again', () => {
    const world = new OperationWorld(restart({ windows: [nightly] }), hosts);
    world.nowMs = at('22:59:30');
    world.look();

    const reason = settle(world, '23:00:00');

    expect(reason).toBe('WindowClosed');
    expect([...world.acted.keys()]).toEqual(['web-1']);
    expect(world.hosts.get('web-1')!.claim).toBeUndefined();
    expect(world.record?.phase).toBe('Running');
    world.nowMs = at('22:00:00') + 86_400_000;
    expect(world.play().phase).toBe('Succeeded');
  });

  it('with overrun finish goes on to its end', () => {
    const world = new OperationWorld(restart({ windows: [nightly], rollout: { overrun: 'finish' } }), hosts);
    world.nowMs = at('22:59:30');
    world.look();

    settle(world, '23:00:00');

    expect(world.record?.phase).toBe('Succeeded');
  });

  it('with overrun hold begins no host that could reach past the end', () => {
    const world = new OperationWorld(restart({ timeout: '20m', rollout: { overrun: 'hold' } }), hosts);
    world.clusterSpec = { windows: [nightly] };

    const tooLate = settle(world, '22:30:00');
    const acted = world.acted.size;
    world.nowMs = at('22:10:00') + 86_400_000;

    expect(tooLate).toBe('WindowTooShort');
    expect(acted).toBe(0);
    expect(world.play().phase).toBe('Succeeded');
  });

  it('heeds the windows of its cluster as they are now, and its own as they were when it began', () => {
    const world = new OperationWorld(restart({ windows: [nightly] }), hosts);
    world.nowMs = at('22:00:00');
    world.look();
    world.spec = restart({ windows: [{ start: '0 3 * * *', duration: '1h' }] });
    world.clusterSpec = { windows: [{ start: '0 0 * * *', duration: '1d', kind: 'deny' }] };

    const denied = settle(world, '22:01:00');
    world.clusterSpec = {};

    expect(denied).toBe('WindowClosed');
    expect(settle(world, '22:02:00')).toBeUndefined();
    expect(world.record?.phase).toBe('Succeeded');
  });

  it('does not begin while the clock cannot be trusted; one without windows does', () => {
    const withWindows = new OperationWorld(restart({ windows: [nightly] }), hosts);
    const without = new OperationWorld(restart(), hosts);
    withWindows.more = without.more = { clockDoubt: 'the clock is off' };

    expect(settle(withWindows, '22:10:00')).toBe('ClockNotSynchronised');
    expect(withWindows.acted.size).toBe(0);
    expect(without.play().phase).toBe('Succeeded');
  });

  it('is cancelled outside its windows at once', () => {
    const world = new OperationWorld(restart({ windows: [nightly], cancel: true }), hosts);

    expect(world.play().phase).toBe('Cancelled');
  });
});
