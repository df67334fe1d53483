import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keys } from '../../reconciler/store/keys.ts';
import { complaintsOf, keepScreenshot, launchBrowser } from '../support/browser.ts';
import { busyFleet } from '../support/dashboard-fleet.ts';
import { serveDashboard, type DashboardServer } from '../support/dashboard-server.ts';
import type { DashboardWorld } from '../support/dashboard-world.ts';
import { describeWith } from '../support/real-parts.ts';
import { hostStatus } from '../support/statuses.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PAGES = [
  '/',
  '/clusters/web',
  '/hosts/web-3',
  '/hosts/db-7',
  '/operations',
  '/operations/restart-web-kernel',
  '/operations/upgrade-nightly',
  '/plan',
  '/plan?ref=next',
  '/revisions',
  '/diagnostics',
  '/search?q=web',
  '/search?q=nobody',
  '/nowhere',
];
const WIDTHS = [360, 768, 1440];
const THEMES = ['light', 'dark'] as const;
/** In CI the widest in the light and the narrowest in the dark, by hand every width in both. */
const LOOKS = THEMES.flatMap((theme, row) =>
  WIDTHS.filter((_, at) => process.env.CI === undefined || at === 2 - 2 * row).map((width) => ({ theme, width })),
);

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** What axe-core finds wrong with a page, by all rules that it applies unless told otherwise. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run(document)');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

describeWith(['chromium'], 'the pages of the dashboard', () => {
  let small: DashboardWorld;
  let large: DashboardWorld;
  let servers: DashboardServer[];
  let browser: Browser;

  beforeAll(async () => {
    small = await busyFleet(20, ['web', 'db']);
    large = await busyFleet(1000, ['web', 'db', 'cache']);
    servers = [await serveDashboard(small.context), await serveDashboard(large.context)];
    browser = await launchBrowser();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await Promise.all((servers ?? []).map(async (server) => server.close()));
    await small?.close();
    await large?.close();
  });

  it.each(LOOKS)(
    'hold no barrier that axe-core knows, fit the screen and keep to the policy: $theme, $width pixels',
    async ({ theme, width }) => {
      const page = await browser.newPage({
        viewport: { width, height: 800 },
        colorScheme: theme,
        reducedMotion: 'reduce',
      });
      const complaints = complaintsOf(page);
      const found: string[] = [];

      for (const path of PAGES) {
        await page.goto(`${servers[0]!.url}${path}`);
        await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
        found.push(...(await violationsOf(page)).map((one) => `${path} ${one}`));
        const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        if (over > 0) found.push(`${path} is ${over} pixels too wide`);
        await page.reload();
        await keepScreenshot(page, `20-hosts${path.replaceAll(/[^a-z0-9-]+/gi, '_')}-${width}-${theme}`, true);
      }

      expect(found).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
    180_000,
  );

  it.each(THEMES)('show a thousand hosts on one screen of 1280 by 800 without scrolling: %s', async (theme) => {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      colorScheme: theme,
      reducedMotion: 'reduce',
    });

    await page.goto(servers[1]!.url);
    await page.locator('#live[data-live=live]').waitFor();
    const last = await page.locator('.cell').last().boundingBox();
    const overflow = await page.evaluate<number>('document.documentElement.scrollHeight - innerHeight');
    await keepScreenshot(page, `1000-hosts-1280-${theme}`);
    const violations = await violationsOf(page);

    expect(await page.locator('.cell').count()).toBe(1000);
    expect(last!.y + last!.height).toBeLessThanOrEqual(800);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(violations).toEqual([]);
    await page.goto(`${servers[1]!.url}/operations/restart-web-kernel`);
    await keepScreenshot(page, `1000-hosts-operation-1280-${theme}`, true);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(servers[1]!.url);
    await keepScreenshot(page, `1000-hosts-360-${theme}`);
    await page.close();
  });

  it('are gone through with the tab key in the order in which they are read, each cluster being one stop', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(servers[1]!.url);
    await page.locator('#live[data-live=live]').waitFor();
    const stops: string[] = [];

    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate<string>(
        '(document.activeElement === document.body ? "" : document.activeElement.getAttribute("aria-label") || document.activeElement.textContent || document.activeElement.id)',
      );
      if (stop === '') break;
      stops.push(stop.trim());
    }

    expect(stops.slice(0, 9)).toEqual([
      'Skip to the content',
      'Intendant prod',
      'Fleet',
      'Operations',
      'Revisions',
      'Plan',
      'Diagnostics2',
      'Find a host by name or address',
      'Theme: auto',
    ]);
    expect(stops.filter((stop) => /^(web|db|cache)-\d+:/.test(stop))).toEqual([
      'cache-1: active',
      'db-1: active',
      'web-1: active',
    ]);
    expect(stops.length).toBeLessThan(45);
    await page.close();
  });

  it('let the arrow keys move among the hosts of a cluster, say which it is, and open it', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(servers[1]!.url);
    await page.locator('#live[data-live=live]').waitFor();
    const at = async (): Promise<string> => page.evaluate<string>('document.activeElement.id');
    await page.locator('#h-web-1').focus();

    await page.keyboard.press('ArrowRight');
    const right = await at();
    await page.keyboard.press('ArrowDown');
    const below = await page.locator('#h-web-2').boundingBox();
    const down = await page.locator(`#${await at()}`).boundingBox();
    await page.keyboard.press('ArrowUp');
    const up = await at();
    await page.keyboard.press('End');
    const end = await at();
    const readout = await page.locator('#readout').textContent();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    const back = await at();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/hosts/web-1');

    expect(right).toBe('h-web-2');
    expect(down!.x).toBe(below!.x);
    expect(down!.y).toBeGreaterThan(below!.y);
    expect(up).toBe('h-web-2');
    expect(end).toBe('h-web-334');
    expect(readout).toMatch(/^web-334: /);
    expect(back).toBe('h-web-334');
    await page.close();
  });

  it('keep the theme that was chosen', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
    const page = await context.newPage();
    await page.goto(servers[0]!.url);
    const background = async (): Promise<string> =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await background();

    await page.locator('#theme').click();
    await page.locator('#theme').click();
    const label = await page.locator('#theme').textContent();
    await page.goto(`${servers[0]!.url}/operations`);
    const dark = await background();

    expect(label).toBe('Theme: dark');
    expect(dark).not.toBe(light);
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await context.close();
  });

  it('find a host by its address', async () => {
    const page = await browser.newPage();
    await page.goto(servers[1]!.url);

    await page.getByRole('searchbox').fill('10.0.1.3');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/hosts/*');

    expect(await page.locator('.fact-list').first().textContent()).toContain('10.0.1.3');
    await page.close();
  });

  it('say so while they cannot be made anew, and no longer when they can', async () => {
    const page = await browser.newPage();
    await page.goto(servers[0]!.url);
    await page.locator('#live[data-live=live]').waitFor();
    await page.route(`${servers[0]!.url}/`, async (route) => route.fulfill({ status: 503, contentType: 'text/html' }));

    await small.put([hostStatus('lone-1')]);
    await page.locator('#live[data-live=lost]').waitFor();
    await page.unroute(`${servers[0]!.url}/`);
    await page.locator('#live[data-live=live]').waitFor();

    expect(await page.locator('#h-lone-1').count()).toBe(1);
    await page.close();
  });

  it('are looked at again and again where there is no stream of events to spare', async () => {
    const page = await browser.newPage();
    await page.route('**/api/v1/events*', async (route) => route.fulfill({ status: 503, contentType: 'text/plain' }));
    await page.goto(servers[0]!.url);
    await page.locator('#live[data-live=absent]').waitFor();

    await small.put([hostStatus('lone-2')]);
    await page.locator('#h-lone-2').waitFor();

    expect(await page.locator('#live').getAttribute('data-live')).toBe('absent');
    await page.close();
  });

  it('show what has happened between the moment they were made and the first look at the events', async () => {
    const page = await browser.newPage();
    await page.route('**/api/v1/events*', async (route) => {
      await small.put([hostStatus('lone-3')]);
      await route.continue();
    });

    await page.goto(servers[0]!.url);

    await page.locator('#h-lone-3').waitFor();
    expect(await page.locator('#live').getAttribute('data-live')).toBe('live');
    await page.close();
  });

  it('keep one stop of the tab key in a cluster whose first host goes, and when another comes before it', async () => {
    await small.put([hostStatus('lone-1'), hostStatus('lone-2')]);
    const page = await browser.newPage();
    await page.goto(servers[0]!.url);
    await page.locator('#live[data-live=live]').waitFor();
    const stops = async (): Promise<string[]> =>
      page.evaluate<string[]>(
        '[...document.querySelectorAll("#c- .cell")].filter((c) => c.tabIndex === 0).map((c) => c.id)',
      );

    const before = await stops();
    await small.store.commit([{ delete: keys.object('Host/lone-1') }]);
    await page.locator('#h-lone-1').waitFor({ state: 'detached' });
    const without = await stops();
    await small.put([hostStatus('lone-0')]);
    await page.locator('#h-lone-0').waitFor();
    const beside = await stops();

    expect([before, without, beside]).toEqual([['h-lone-1'], ['h-lone-2'], ['h-lone-2']]);
    await page.close();
  });
});
