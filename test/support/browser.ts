import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { requirePart } from './real-parts.ts';

const SHOTS = join(import.meta.dirname, '../../.cache/screenshots');

/** The real Chromium, without a screen. */
export async function launchBrowser(): Promise<Browser> {
  // Tests run as root in containers: there is no sandbox to be had, and nothing but our own pages is opened.
  return chromium.launch({ executablePath: requirePart('chromium'), args: ['--no-sandbox', '--disable-gpu'] });
}

/** Keeps what a page looks like as `.cache/screenshots/<name>.png`: for people to look at, nothing is compared. */
export async function keepScreenshot(page: Page, name: string, fullPage = false): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage });
}

/** What the page complained of: errors of scripts, and what the content security policy refused. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    // A connection that is lost on purpose, and the answer to a page that is not there, are told by the browser as errors.
    if (message.type() === 'error' && !/Failed to load resource/.test(text)) complaints.push(text);
  });
  return complaints;
}
