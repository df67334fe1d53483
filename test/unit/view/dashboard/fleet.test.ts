import { afterEach, describe, expect, it } from 'vitest';
import { dashboard } from '../../../../reconciler/view/dashboard/dashboard.tsx';
import { viewApp } from '../../../../reconciler/view/http/app.ts';
import { DASHBOARD_ASSETS as ASSETS } from '../../../support/dashboard-assets.ts';
import { dashboardWorld, type DashboardWorld, type DashboardWorldOptions } from '../../../support/dashboard-world.ts';
import { documentOf } from '../../../support/inventory.ts';
import { conditionOf, fakeHex, hostStatus, operationStatus } from '../../../support/statuses.ts';

const HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>\u202e';

let world: DashboardWorld | undefined;
afterEach(async () => world?.close());

async function page(options: DashboardWorldOptions, path = '/', headers: Record<string, string> = {}) {
  world = await dashboardWorld(options);
  const answer = await dashboard(world.context, { assets: ASSETS }).request(path, { headers });
  return { answer, html: await answer.clone().text() };
}

describe('the page of the fleet', () => {
  it('shows every host that the repository holds or that is known of, by its state', async () => {
    const files = {
      'c.yaml': documentOf('Cluster', 'web', {}),
      'a.yaml': documentOf('Host', 'web-1', { address: '10.0.0.1', cluster: 'web' }),
      'b.yaml': documentOf('Host', 'web-2', { address: '10.0.0.2', cluster: 'web' }),
    };
    const { answer, html } = await page({
      files,
      statuses: [hostStatus('web-1', 'failed', 'web'), hostStatus('db-1')],
    });

    expect(answer.status).toBe(200);
    expect(html).toContain('aria-label="web-1: failed. no answer within 10s"');
    expect(html).toContain('aria-label="web-2: unknown"');
    expect(html).toContain('aria-label="db-1: active"');
    expect(html).toContain('web-1 has failed (ConnectTimeout).');
    expect(html).toContain('ssh root@10.0.0.1');
  });

  it('says what to do where there are no hosts', async () => {
    const { html } = await page({});

    expect(html).toContain('No hosts yet');
    expect(html).toContain('intendant init my-fleet');
  });

  it('advises by what is wrong, whatever words stand in it', async () => {
    world = await dashboardWorld({
      revision: {
        held: { 'daemon-hosts': fakeHex('older', 40) },
        tip: fakeHex('tip', 40),
        refused: { code: 'UNSIGNED', message: 'no daemon has signed it' },
      },
    });
    await world.store.lease('daemon', 'mgmt-1', 600_000, world.context.stopping);

    const html = await (await dashboard(world.context, { assets: ASSETS }).request('/')).text();

    expect(html).toContain('is refused: no daemon has signed it.');
    expect(html).toContain('acceptRevision');
    expect(html).toContain('Cluster daemon-hosts is held');
    expect(html).toContain('intendant validate');
    expect(html).not.toContain('systemctl status intendant');
  });

  it('writes what hosts and the repository say as text', async () => {
    const bad = hostStatus('web-1', 'failed');
    bad.conditions = [conditionOf('Ready', 'False', HOSTILE, HOSTILE)];
    const operation = { ...operationStatus('restart', 'Suspended', 1, 2) };
    operation.conditions = [conditionOf('Ready', 'Unknown', 'Suspended', HOSTILE)];
    operation.detail.type = HOSTILE;
    operation.detail.clusters = [HOSTILE];
    const { html } = await page({ statuses: [bad, operation] });

    expect(html).toContain('&lt;img src=x onerror=');
    expect(html).not.toContain('<img');
    expect(html).not.toMatch(/<script>/);
    expect(html).not.toContain('\u202e');
  });

  it('holds no script and no style in itself', async () => {
    const { html } = await page({ statuses: [hostStatus('web-1')] });
    const parts = { dashboard: dashboard(world!.context, { assets: ASSETS }) };
    const { headers } = await viewApp(world!.context, { parts }).request('/');

    expect(headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self'");
    expect(html).not.toMatch(/ style=| on[a-z]+="|<style|<script(?![^>]* src=)/);
  });

  it.each([
    ['intendant-theme=dark', '<html lang="en" data-theme="dark">'],
    ['a=b; intendant-theme="><script>', '<html lang="en">'],
  ])('comes in the theme that was chosen: %s', async (cookie, begin) => {
    const { html } = await page({}, '/', { cookie });

    expect(html).toContain(begin);
  });

  it('shows the hosts that an operation has in hand', async () => {
    const operation = operationStatus('restart', 'Running', 0, 2);
    operation.detail.running = ['web-1'];
    const { html } = await page({ statuses: [hostStatus('web-1', 'failed'), hostStatus('web-2'), operation] });

    expect(html).toContain('aria-label="web-1: in operation. restart is changing it"');
    expect(html).toContain('href="/operations/restart"');
  });
});

describe('styles and scripts', () => {
  it('are kept for a year under the digest of what is in them, and not under another', async () => {
    const { answer } = await page({}, `/assets/${ASSETS.version}/main.js`, { 'accept-encoding': 'gzip, br' });
    const stale = await dashboard(world!.context, { assets: ASSETS }).request('/assets/0123/main.js');
    const none = await dashboard(world!.context, { assets: ASSETS }).request('/assets/0123/..%2fpackage.json');

    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(stale.headers.get('cache-control')).toBe('no-cache');
    expect(await stale.text()).toBe('export {}');
    expect(none.status).toBe(404);
  });
});
