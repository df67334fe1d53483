import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Transient } from '../../../../reconciler/model/errors.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import { apiV0 } from '../../../../reconciler/view/api-v0/routes.ts';
import { documentOf } from '../../../support/inventory.ts';
import { hostStatus } from '../../../support/statuses.ts';
import { ViewWorld } from '../../../support/view-world.ts';

let world: ViewWorld;

beforeEach(async () => {
  world = await ViewWorld.start({ follow: false });
  world.commit({ 'hosts.yaml': documentOf('Host', 'web-1', { address: '10.0.0.11', cluster: 'web' }) });
  world.commit({ 'web.yaml': documentOf('Cluster', 'web', {}) });
});
afterEach(() => world.stop());

async function lastCheckOf(app: ReturnType<ViewWorld['app']>): Promise<string> {
  const [host] = (await (await app.request('/api/v0/hosts')).json()) as { last_check: string }[];
  return host!.last_check;
}

describe("Commissaire's REST", () => {
  it('is not available before the state of the fleet was read', async () => {
    const answer = await world.app({ '/api/v0': apiV0 }).request('/api/v0/clusters');

    expect([answer.status, await answer.text()]).toEqual([503, 'Service Unavailable']);
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('answers HEAD as GET without a body', async () => {
    await world.follow();

    const answer = await world.app({ '/api/v0': apiV0 }).request('/api/v0/clusters/', { method: 'HEAD' });

    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  it('judges a cluster that was not looked at yet by its hosts', async () => {
    await world.follow();
    const app = world.app({ '/api/v0': apiV0 });

    const before = await (await app.request('/api/v0/cluster/web')).json();
    await world.put(hostStatus('web-1', 'active', 'web'));
    const after = await (await app.request('/api/v0/cluster/web')).json();

    expect(before).toMatchObject({ status: 'failed', hosts: { total: 1, available: 0, unavailable: 1 } });
    expect(after).toMatchObject({ status: 'ok', hosts: { total: 1, available: 1, unavailable: 0 } });
  });

  it('counts a host in maintenance as not available', async () => {
    await world.follow();
    const status = hostStatus('web-1', 'active', 'web');
    await world.put({ ...status, detail: { ...status.detail, maintenance: true } });

    const answer = await world.app({ '/api/v0': apiV0 }).request('/api/v0/cluster/web');

    expect(await answer.json()).toMatchObject({ hosts: { total: 1, available: 0, unavailable: 1 } });
  });

  it('tells the last checks that it has read while the store is away, and new ones a second later', async () => {
    await world.follow();
    await world.put(hostStatus('web-1', 'active', 'web'));
    const beat = (at: string): Promise<void> =>
      world.write([[keys.heartbeat('web'), { format: 1, at, lastCheck: {} }]]);
    await beat('2026-01-02T03:04:00.000Z');
    const app = world.app({ '/api/v0': apiV0 });
    const first = await lastCheckOf(app);
    await beat('2026-01-02T03:05:00.000Z');
    const cached = await lastCheckOf(app);
    await world.clock.advance(1001);
    const { list } = world.store;
    world.store.list = () => Promise.reject(new Transient('the store is away', { code: 'STORE_UNAVAILABLE' }));

    const away = await lastCheckOf(app);
    world.store.list = list;
    const back = await lastCheckOf(app);

    expect([first, cached, away]).toEqual(Array(3).fill('2026-01-02T03:04:00.000000'));
    expect(back).toBe('2026-01-02T03:05:00.000000');
  });

  it('is not available when the store never answered', async () => {
    await world.follow();
    world.store.list = () => Promise.reject(new Transient('the store is away', { code: 'STORE_UNAVAILABLE' }));

    const answer = await world.app({ '/api/v0': apiV0 }).request('/api/v0/hosts');

    expect([answer.status, await answer.text()]).toEqual([503, 'Service Unavailable']);
  });

  it('shows a host at its new address at once', async () => {
    await world.follow();
    await world.put(hostStatus('web-1', 'active', 'web'));
    const app = world.app({ '/api/v0': apiV0 });
    const addresses = async (): Promise<string[]> => {
      const hosts = (await (await app.request('/api/v0/hosts')).json()) as { address: string }[];
      return hosts.map(({ address }) => address);
    };
    const before = await addresses();

    world.commit({ 'hosts.yaml': documentOf('Host', 'web-1', { address: '10.0.0.12', cluster: 'web' }) });

    expect([before, await addresses()]).toEqual([['10.0.0.11'], ['10.0.0.12']]);
  });
});
