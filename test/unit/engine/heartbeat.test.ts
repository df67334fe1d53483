import { describe, expect, it } from 'vitest';
import { writeHeartbeats } from '../../../reconciler/engine/heartbeat.ts';
import type { Inventory } from '../../../reconciler/model/resource.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryLive } from '../../support/memory-live.ts';

const hosts = Array.from({ length: 3000 }, (_, n) => `Host/host-${n}`);

function inventoryOf(names: readonly string[]): Inventory {
  return {
    keys: (kind: string) => (kind === 'Host' ? names : []),
    get: (key: string) =>
      names.includes(key) ? { spec: { cluster: Number(key.split('-')[1]) < 2000 ? 'a' : 'b' } } : undefined,
  } as unknown as Inventory;
}

describe('heartbeats', () => {
  it('cost one small transaction with one key per cluster, at 3,000 hosts that are well', async () => {
    const live = new MemoryLive();
    const clock = new ManualClock();
    const lastSeen = new Map(hosts.map((key, n) => [key.slice(5), clock.now() - n * 20]));

    await writeHeartbeats(live, inventoryOf(hosts), lastSeen, clock);

    expect(live.commits).toHaveLength(1);
    expect(live.commits[0]!.map((write) => ('put' in write ? write.put : ''))).toEqual([
      'heartbeats/a',
      'heartbeats/b',
    ]);
    expect(JSON.stringify(live.commits[0]).length).toBeLessThan(400);
  });

  it('name the hosts that are late or were never seen', async () => {
    const live = new MemoryLive();
    const clock = new ManualClock();
    const names = ['Host/host-1', 'Host/host-2', 'Host/host-3'];
    const lastSeen = new Map([
      ['host-1', clock.now() - 1000],
      ['host-2', clock.now() - 600_000],
    ]);

    await writeHeartbeats(live, inventoryOf(names), lastSeen, clock);

    expect(live.get(keys.heartbeat('a'))).toEqual({
      format: 1,
      at: '2026-01-01T00:00:00.000Z',
      since: '2025-12-31T23:58:00.000Z',
      lastCheck: { 'host-2': '2025-12-31T23:50:00.000Z' },
      unseen: ['host-3'],
    });
  });

  it('leave with the last host of their cluster', async () => {
    const live = new MemoryLive();
    await live.commit([{ put: keys.heartbeat('gone'), value: {} }]);

    await writeHeartbeats(live, inventoryOf(['Host/host-1']), new Map(), new ManualClock());

    expect([...live.list(keys.heartbeats)].map(([key]) => key)).toEqual(['heartbeats/a']);
  });
});
