import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outsideAuthenticator } from '../../../../reconciler/view/sign-in/outside.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { requestWith } from '../../../support/sign-in/requests.ts';
import { silentLog } from '../../../support/silent-log.ts';

describe('An authenticator of a package outside', () => {
  let folder: string;
  let serial = 0;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'intendant-module-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  function load(source: string, options: Record<string, unknown> = {}) {
    const module = join(folder, `module-${serial++}.mjs`);
    writeFileSync(module, source);
    const settings = { type: 'module' as const, module, options, timeoutMs: 100 };
    return outsideAuthenticator(settings, { clock: new ManualClock(), log: silentLog });
  }
  const making = (object: string): string => `export const createAuthenticator = () => (${object})`;

  it('is given its options, and says who it is', async () => {
    const authenticator = await load(
      `export async function createAuthenticator(options) {
         return { type: 'own', challenge: 'Own', authenticate: async () => ({ outcome: 'accepted', identity: { name: options.who, groups: ['g'], more: 1 } }) };
       }`,
      { who: 'ann' },
    );

    const verdict = await authenticator.authenticate(requestWith(), new AbortController().signal);

    expect([authenticator.type, authenticator.challenge]).toEqual(['own', 'Own']);
    expect(verdict).toEqual({ outcome: 'accepted', identity: { name: 'ann', groups: ['g'] } });
  });

  it.each([
    ['export const x = ', 'it cannot be loaded'],
    ['export const x = 1', 'exports no function createAuthenticator'],
    ['export function createAuthenticator() { throw new Error("url is missing") }', 'url is missing'],
    [making('undefined'), 'gave no object'],
    [making('{ authenticate() {} }'), '`type` must be'],
    [making('{ type: "a b", authenticate() {} }'), '`type` must be'],
    [making('{ type: "basic", authenticate() {} }'), 'the type `basic` is taken'],
    [making('{ type: "own" }'), '`authenticate` must be a function'],
    [making('{ type: "own", authenticate() {}, carries: true }'), '`carries` must be'],
    [making('{ type: "own", authenticate() {}, guessable: 0 }'), '`guessable` must be'],
    [making('{ type: "own", authenticate() {}, challenge: "a\\nb" }'), '`challenge` must be'],
    [making('{ type: "own", authenticate() {}, page: "//evil.example" }'), '`page` must be'],
    [making('{ type: "own", authenticate() {}, routes: {} }'), '`routes` must be'],
  ])('is refused when it is %j', async (source, why) => {
    const loading = load(source);

    await expect(loading).rejects.toMatchObject({ code: 'SIGN_IN_MODULE', message: expect.stringContaining(why) });
  });

  it('is refused when there is no such package', async () => {
    const settings = { type: 'module' as const, module: 'intendant-no-such-package', options: {}, timeoutMs: 100 };

    const loading = outsideAuthenticator(settings, { clock: new ManualClock(), log: silentLog });

    await expect(loading).rejects.toMatchObject({ code: 'SIGN_IN_MODULE' });
  });

  it.each([
    'undefined',
    'true',
    '{ outcome: "accepted" }',
    '{ outcome: "accepted", identity: { name: "" } }',
    '{ outcome: "accepted", identity: { name: "a\\u0000" } }',
    '{ outcome: "accepted", identity: { name: "a", groups: "ops" } }',
    '{ outcome: "accepted", identity: { name: "a", commonNames: ["root"] } }',
    '{ outcome: "yes", identity: { name: "a" } }',
  ])('lets nobody in by saying %s', async (said) => {
    const authenticator = await load(making(`{ type: "own", authenticate: async () => (${said}) }`));

    const asking = authenticator.authenticate(requestWith(), new AbortController().signal);

    await expect(asking).rejects.toThrow('a verdict that is none');
  });
});
