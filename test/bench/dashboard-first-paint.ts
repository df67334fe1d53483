import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { ensureBuilt } from '../support/build.ts';
import { busyFleet } from '../support/dashboard-fleet.ts';
import { serveDashboard } from '../support/dashboard-server.ts';
import { eventually } from '../support/eventually.ts';
import { whyMissing } from '../support/real-parts.ts';
import { figure, median, type BenchPart, type Figure } from './figure.ts';

const HOSTS = 1000;
const ROUNDS = 11;
/** Rounds that do not count: a server that runs has compiled what it runs. */
const WARM = 4;

interface Load {
  paintMs: number;
  bytes: number;
}

/**
 * The page of a fleet of 1,000 hosts in the real Chromium, over loopback, with nothing kept from before: until the first paint with
 * content, and what was transferred for it in all. The yardstick is the same browser on a page of one sentence: what is beyond
 * that is ours.
 */
export const dashboardFirstPaint: BenchPart = {
  names: ['dashboard-first-paint', 'dashboard-transferred'],

  async run(): Promise<Figure[]> {
    if (whyMissing('chromium') !== undefined) return [];
    await ensureBuilt();
    const world = await busyFleet(HOSTS, ['web', 'db', 'cache']);
    const server = await serveDashboard(world.context);
    const browser = await launchBrowser();
    try {
      const pages: Load[] = [];
      const bare: Load[] = [];
      for (let round = 0; round < WARM + ROUNDS; round += 1) {
        const [one, other] = [await load(browser, server.url, true), await load(browser, `${server.url}/healthz`)];
        if (round < WARM) continue;
        pages.push(one);
        bare.push(other);
      }
      const paint = median(pages.map(({ paintMs }) => paintMs));
      return [
        figure('dashboard-first-paint', paint, 'ms', median(bare.map(({ paintMs }) => paintMs))),
        figure('dashboard-transferred', median(pages.map(({ bytes }) => bytes)) / 1000, 'kB'),
      ];
    } finally {
      await browser.close();
      await server.close();
      await world.close();
    }
  },
};

/** @param live its scripts are waited for: what they are made of is transferred too, though later. */
async function load(browser: Browser, url: string, live = false): Promise<Load> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'load' });
    // Not by a function in the page: its policy lets nothing be evaluated there.
    await eventually(() => page.evaluate<boolean>('performance.getEntriesByName("first-contentful-paint").length > 0'));
    if (live) await page.locator('#live[data-live=live]').waitFor();
    return await page.evaluate<Load>(`({
      paintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      bytes: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .reduce((sum, entry) => sum + entry.transferSize, 0),
    })`);
  } finally {
    await context.close();
  }
}
