import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pushRestart } from '../../cli/demo/scenario.ts';
import { complaintsOf, keepScreenshot, launchBrowser } from '../support/browser.ts';
import { serveDashboard, type DashboardServer } from '../support/dashboard-server.ts';
import { startDemoDashboard, type DemoDashboard } from '../support/demo-dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';

const SIZE = { width: 1280, height: 800 };
const SOON = 60_000;

/** How a test of the browser knows that the page was never loaded anew. */
async function stays(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(globalThis, { stayed: true }));
  return () => page.evaluate(() => (globalThis as { stayed?: boolean }).stayed === true);
}

describeWith(['chromium'], 'the dashboard of a running demo fleet', () => {
  const over = new AbortController();
  let demo: DemoDashboard;
  let server: DashboardServer;
  let browser: Browser;

  beforeAll(async () => {
    demo = await startDemoDashboard(over.signal);
    server = await serveDashboard(demo.context);
    browser = await launchBrowser();
  }, 180_000);

  afterAll(async () => {
    over.abort();
    await browser?.close();
    await server?.close();
    await demo?.stop();
  });

  async function open(path: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: SIZE });
    const complaints = complaintsOf(page);
    await page.goto(`${server.url}${path}`);
    return { page, complaints };
  }

  it('shows a rolling restart that proceeds, without a reload', async () => {
    const { page, complaints } = await open('/');
    const stayed = await stays(page);
    await page.locator('#live[data-live=live]').waitFor();

    const { review } = await pushRestart(demo.world, 'web', demo.readInventory);
    demo.hint();
    const row = page.locator('#o-demo-restart');
    await row.waitFor({ timeout: SOON });
    await page.locator('.cell[data-state=operating]').first().waitFor({ timeout: SOON });
    await keepScreenshot(page, 'live-fleet-restarting');
    const timeline = await open('/operations/demo-restart');
    const timelineStayed = await stays(timeline.page);
    await timeline.page.locator('.run-row .run[data-run=running]').first().waitFor({ timeout: SOON });
    await keepScreenshot(timeline.page, 'live-operation-running', true);
    await timeline.page.locator('h1 .phase[data-phase=Succeeded]').waitFor({ timeout: 2 * SOON });
    await row.waitFor({ state: 'detached', timeout: SOON });

    expect(await timeline.page.locator('.run-row .run[data-run=succeeded]').count()).toBe(review.hosts.length);
    expect(await stayed()).toBe(true);
    expect(await timelineStayed()).toBe(true);
    expect(await timeline.page.locator('#announce').textContent()).toMatch(/demo-restart is (Running|Succeeded)/);
    expect([...complaints, ...timeline.complaints]).toEqual([]);
    await keepScreenshot(timeline.page, 'live-operation-succeeded', true);
    await page.close();
    await timeline.page.close();
  }, 300_000);

  it('shows a host that goes down, keeps the focus where it is, and says so aloud', async () => {
    const { page, complaints } = await open('/');
    const stayed = await stays(page);
    const cell = page.locator('#h-web-2');
    await cell.focus();

    await demo.world.fleet.control.cut(['web-5']);
    await page.locator('#h-web-5[data-state=failed]').waitFor({ timeout: 2 * SOON });
    await eventually(async () => (await page.locator('#announce').textContent())?.includes('attention'));

    expect(await page.locator('.attention').textContent()).toContain('web-5 has failed');
    expect(await page.evaluate('document.activeElement.id')).toBe('h-web-2');
    expect(await stayed()).toBe(true);
    expect(complaints).toEqual([]);
    await keepScreenshot(page, 'live-fleet-host-down');
    await demo.world.fleet.control.powerOn(['web-5']);
    await page.locator('#h-web-5[data-state=active]').waitFor({ timeout: 2 * SOON });
    await page.close();
  }, 300_000);

  it('opens the difference of a host that somebody changed by hand, and keeps it open while it changes', async () => {
    const { page } = await open('/hosts/db-1');
    const stayed = await stays(page);

    await demo.world.fleet.control.drift({ kind: 'file', name: '/etc/motd' }, ['db-1']);
    const diff = page.locator('#drift');
    await diff.waitFor({ timeout: 2 * SOON });
    await diff.locator('summary').click();

    expect(await diff.locator('ol').isVisible()).toBe(true);
    expect(await diff.locator('ol').textContent()).toContain('file /etc/motd: replace');
    await page.locator('h1 [data-state=drifted]').waitFor();
    await keepScreenshot(page, 'live-host-drifted', true);
    await demo.world.fleet.control.cut(['db-1']);
    await page.locator('h1 [data-state=failed]').waitFor({ timeout: 2 * SOON });
    expect(await diff.getAttribute('open')).not.toBeNull();
    expect(await stayed()).toBe(true);
    await demo.world.fleet.control.powerOn(['db-1']);
    await page.locator('h1 [data-state=drifted]').waitFor({ timeout: 2 * SOON });
    await page.close();
  }, 300_000);

  it('says that the connection is lost, and goes on by itself when the server is back', async () => {
    const { page } = await open('/');
    const stayed = await stays(page);
    await page.locator('#live[data-live=live]').waitFor();

    await server.close();
    await page.locator('#live[data-live=lost]').waitFor({ timeout: SOON });
    await keepScreenshot(page, 'live-connection-lost');
    const said = await page.locator('#live').textContent();
    await demo.push(
      { 'clusters/new.yaml': 'apiVersion: intendant/v1\nkind: Cluster\nmetadata: { name: newcomers }\nspec: {}\n' },
      'new',
    );
    await eventually(() => demo.statuses.has('Cluster/newcomers'), { timeoutMs: SOON });
    demo.context.desired = { inventory: await demo.readInventory(demo.world.checkout) };
    server = await serveDashboard(demo.context, server.port);
    await page.locator('#live[data-live=live]').waitFor({ timeout: SOON });

    expect(said).toContain('The connection is lost');
    expect(await stayed()).toBe(true);
    await page.close();
  }, 180_000);

  it('is the same page without scripts, and is loaded anew by itself', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: SIZE });
    const page = await context.newPage();

    await page.goto(server.url);

    expect(await page.locator('.cell').count()).toBe(demo.world.inventory.keys('Host').length);
    expect(await page.content()).toContain('<meta http-equiv="refresh" content="30">');
    expect(await page.locator('#theme').isVisible()).toBe(false);
    await page.locator('#h-web-1').click();
    expect(await page.locator('h1').textContent()).toContain('web-1');
    await context.close();
  });
});
