import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { OidcSettings, SignInSettings } from '../../../reconciler/view/sign-in/settings.ts';
import { eventually } from '../../support/eventually.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { describeWith } from '../../support/real-parts.ts';
import { Browser, viewWith } from '../../support/sign-in/browser.ts';
import { makeAuthority, type Authority } from '../../support/sign-in/certificates.ts';
import { CLIENT, startOidc, type OidcFake } from '../../support/sign-in/oidc-fake.ts';
import { bearerHeader, requestWith } from '../../support/sign-in/requests.ts';
import { settingsOf, signInWith, type SeenSignIn } from '../../support/sign-in/sign-ins.ts';

describeWith(['openssl'], 'Signing in at an OpenID provider', () => {
  let folder: string;
  let authority: Authority;
  let provider: OidcFake;
  let settings: OidcSettings;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-oidc-'));
    authority = makeAuthority(folder);
    provider = await startOidc(authority.issue('/CN=localhost'));
    writeFileSync(join(folder, 'secret'), `${CLIENT.secret}\n`);
    settings = {
      type: 'oidc',
      issuer: provider.issuer,
      audience: 'api',
      clientId: CLIENT.id,
      clientSecret: { file: join(folder, 'secret') },
      publicUrl: 'https://view.example.org',
      caFile: authority.caFile,
      usernameClaim: 'email',
      groupsClaim: 'groups',
      groups: ['ops'],
      scopes: ['profile', 'email'],
      sessionMs: 3_600_000,
      timeoutMs: 10_000,
    };
  });
  afterEach(async () => {
    vi.useRealTimers();
    await provider.close();
    rmSync(folder, { recursive: true });
  });

  const build = (rest: Partial<OidcSettings> = {}, more: Partial<SignInSettings> = {}): Promise<SeenSignIn> =>
    signInWith(settingsOf([{ ...settings, ...rest }], more));

  /** A browser at the view that was sent to the provider, and the address that it was sent back to. */
  async function backFromProvider(
    seen: SeenSignIn,
    path = '/clusters/web?tab=1',
  ): Promise<{ browser: Browser; back: URL }> {
    const browser = new Browser(viewWith(seen.signIn));
    const page = await browser.get(path);
    const begun = await browser.get(page.headers.get('location')!);
    return { browser, back: await provider.visit(begun.headers.get('location')!) };
  }

  it('takes a browser to the provider and back to where it was, and knows it from then on', async () => {
    const seen = await build({}, { credsReaders: { users: ['ann@example.org'], groups: [], commonNames: [] } });
    const { browser, back } = await backFromProvider(seen);

    const returned = await browser.get(back.href);
    const page = await browser.get('/clusters/web?tab=1');

    expect([returned.status, returned.headers.get('location')]).toEqual([303, '/clusters/web?tab=1']);
    expect(await page.json()).toEqual({ name: 'ann@example.org', roles: ['viewer', 'creds-reader'], by: 'oidc' });
    expect(provider.complaints).toEqual([]);
    expect(seen.counted).toEqual([
      ['oidc', 'ok'],
      ['session', 'ok'],
    ]);
  });

  it('keeps who is signed in in a cookie that scripts cannot read and other sites cannot use', async () => {
    const { browser, back } = await backFromProvider(await build());

    const returned = await browser.get(back.href);

    const cookies = returned.headers.getSetCookie();
    const [session] = cookies.filter((each) => each.startsWith('__Host-intendant-session='));
    expect(session).toMatch(/; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(cookies.find((each) => each.startsWith('__Host-intendant-sign-in='))).toContain('Max-Age=0');
    expect(returned.headers.get('cache-control')).toBe('no-store');
  });

  it('signs out, but not for another site', async () => {
    const { browser, back } = await backFromProvider(await build());
    await browser.get(back.href);

    const foreign = await browser.get('/sign-out', { 'sec-fetch-site': 'cross-site' });
    const refused = await browser.get(foreign.headers.get('location')!, { 'sec-fetch-site': 'cross-site' });
    const still = await browser.get('/');
    const out = await browser.get('/sign-in/out');
    const after = await browser.get('/');

    expect([refused.status, still.status, out.status, after.status]).toEqual([403, 200, 200, 302]);
  });

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', '/.//evil.example'])(
    'never leads on to %s',
    async (to) => {
      const seen = await build();
      const browser = new Browser(viewWith(seen.signIn));
      const begun = await browser.get(`/sign-in?to=${encodeURIComponent(to)}`);
      const back = await provider.visit(begun.headers.get('location')!);

      const returned = await browser.get(back.href);

      expect(returned.headers.get('location')).toBe('/');
    },
  );

  it('takes a way back only in the browser that was sent, once, and with the state that it was given', async () => {
    const seen = await build();
    const { browser, back } = await backFromProvider(seen);
    const elsewhere = new Browser(viewWith(seen.signIn));
    const changed = new URL(back);
    changed.searchParams.set('state', 'x'.repeat(43));

    const stolen = await elsewhere.get(back.href);
    const forged = await browser.get(changed.href);
    const again = await browser.get(back.href);

    expect([stolen.status, forged.status, again.status]).toEqual([400, 403, 400]);
    expect((await browser.get('/')).status).toBe(302);
  });

  it('refuses a code that is not known, was used, or belongs to another sign-in', async () => {
    const seen = await build();
    const first = await backFromProvider(seen);
    const second = await backFromProvider(seen);
    const mixed = new URL(second.back);
    mixed.searchParams.set('code', first.back.searchParams.get('code')!);
    const unknown = new URL(first.back);
    unknown.searchParams.set('code', 'f'.repeat(32));

    const [swapped, invented] = [await second.browser.get(mixed.href), await first.browser.get(unknown.href)];

    expect([swapped.status, invented.status]).toEqual([403, 403]);
    expect(provider.complaints).toEqual(['token: PKCE']);
    expect(seen.counted).toEqual([
      ['oidc', 'refused'],
      ['oidc', 'refused'],
    ]);
  });

  it.each([
    ['nonce', { nonce: 'another' }],
    ['audience', { aud: 'another' }],
    ['issuer', { iss: 'https://evil.example' }],
    ['time', { exp: 1_000_000 }],
    ['group', { groups: ['everybody'] }],
    ['groups of another form', { groups: { ops: true } }],
    ['name', { email: undefined }],
    ['e-mail address that is not verified', { email_verified: false }],
  ])('refuses an identity token with a wrong %s', async (_, claims) => {
    const { browser, back } = await backFromProvider(await build());
    provider.forged = { ...claims };

    const returned = await browser.get(back.href);

    expect(returned.status).toBe(403);
    expect(returned.headers.getSetCookie().join()).not.toContain('intendant-session=');
  });

  it('says that the person said no, as text', async () => {
    provider.person = undefined;
    const { browser, back } = await backFromProvider(await build());
    back.searchParams.set('error', '<script>alert(1)</script>');

    const returned = await browser.get(back.href);
    const text = await returned.text();

    expect(returned.status).toBe(403);
    expect(text).toContain('&lt;script&gt;');
    expect(text).not.toContain('<script');
  });

  it('limits sign-ins that fail from one address, and not those that are signed in', async () => {
    const seen = await build({}, { limits: { windowMs: 60_000, perAddress: 2, perUser: 2 } });
    const inside = await backFromProvider(seen);
    await inside.browser.get(inside.back.href);
    provider.forged = { nonce: 'another' };
    const statuses: number[] = [];
    for (let each = 0; each < 3; each += 1) {
      const { browser, back } = await backFromProvider(seen);
      statuses.push((await browser.get(back.href)).status);
    }

    const page = await inside.browser.get('/');

    expect(statuses).toEqual([403, 403, 429]);
    expect(page.status).toBe(200);
  });

  it('says so while the provider is away, and never lets in', async () => {
    const seen = await build();
    const { browser, back } = await backFromProvider(seen);
    provider.failing = 'cut';

    const returned = await browser.get(back.href);
    const begun = await browser.get('/sign-in');

    expect(returned.status).toBe(503);
    expect(begun.status).toBe(303);
    expect(seen.logged.join()).toContain('cannot be asked');
    expect(seen.logged.join()).not.toContain(back.searchParams.get('code')!);
  });

  it('decides by what it knows while a provider that it asks again does not answer', async () => {
    const clock = new ManualClock(new Date().toISOString());
    const { signIn } = await signInWith(settingsOf([{ ...settings, groups: undefined, usernameClaim: 'sub' }]), clock);
    const token = await provider.token({ exp: Math.floor(Date.now() / 1000) + 7200 });
    const ask = async (): Promise<boolean> =>
      'principal' in (await signIn.authenticate(requestWith(bearerHeader(token))));
    const asked = (): number => provider.received.filter(({ url }) => url.pathname.includes('.well-known')).length;
    await ask();
    provider.failing = 'silent';
    await clock.advance(3_601_000);
    const began = performance.now();

    const known = await Promise.all([ask(), ask(), ask()]);

    expect(known).toEqual([true, true, true]);
    expect(performance.now() - began).toBeLessThan(settings.timeoutMs / 2);
    await eventually(() => asked() === 2);
  });

  it('proves itself in the way that the provider wants, with the secret as it is now', async () => {
    const posting = await startOidc(authority.issue('/CN=localhost'), 'client_secret_post');
    const seen = await build({ issuer: posting.issuer });
    writeFileSync(join(folder, 'secret'), 'rotated');
    const browser = new Browser(viewWith(seen.signIn));
    const sent = async (): Promise<Response> => {
      const begun = await browser.get('/sign-in');
      return browser.get((await posting.visit(begun.headers.get('location')!)).href);
    };

    const wrong = await sent();
    writeFileSync(join(folder, 'secret'), CLIENT.secret);
    const right = await sent();

    await posting.close();
    expect([wrong.status, right.status]).toEqual([503, 303]);
    expect(posting.complaints).toEqual(['token: client']);
  });

  it('does not believe a provider whose certificate is of another authority', async () => {
    const seen = await build({ caFile: makeAuthority(folder).caFile });

    const result = await seen.signIn.authenticate(requestWith(bearerHeader(await provider.token({ email: 'a@b.c' }))));

    expect(result).toHaveProperty('denied.status', 503);
    expect(provider.received).toEqual([]);
  });

  const tokens: Record<string, (fake: OidcFake) => Promise<string> | string> = {
    'for another audience': (fake) => fake.token({ aud: 'another' }),
    'of another issuer': (fake) => fake.token({ iss: 'https://evil.example' }),
    'whose time is over': (fake) => fake.token({ exp: Math.floor(Date.now() / 1000) - 60 }),
    'whose time has not come': (fake) => fake.token({ nbf: Math.floor(Date.now() / 1000) + 120 }),
    'without an end': (fake) => fake.token({ exp: undefined as never }),
    'of a key that is not known': (fake) => fake.token({}, { kid: 'other' }),
    'without a signature': (fake) =>
      new UnsecuredJWT({ sub: 'u', iss: fake.issuer, aud: 'api' }).setExpirationTime('1h').encode(),
    'signed with our own secret': (fake) =>
      new SignJWT({ sub: 'u', iss: fake.issuer, aud: 'api' })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1h')
        .sign(Buffer.from(CLIENT.secret.padEnd(32))),
    'with a changed claim': async (fake) => {
      const [header, , signature] = (await fake.token()).split('.');
      const claims = {
        iss: fake.issuer,
        sub: 'root',
        aud: 'api',
        exp: 9_999_999_999,
        email: 'root@example.org',
        groups: ['ops'],
      };
      return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    },
  };
  it.each(Object.keys(tokens))('refuses a token %s', async (which) => {
    const seen = await build({ groups: undefined, usernameClaim: 'sub' });

    const result = await seen.signIn.authenticate(requestWith(bearerHeader(await tokens[which]!(provider))));

    expect(result).toHaveProperty('denied.status', 401);
    expect(seen.counted).toEqual([['oidc', 'refused']]);
  });

  it('takes new keys when the provider has changed them, asks for them once, and not for every stranger', async () => {
    const { signIn } = await build({ groups: undefined, usernameClaim: 'sub' });
    const keysAsked = (): number => provider.received.filter(({ url }) => url.pathname === '/realm/keys').length;
    const ask = async (token: string): Promise<boolean> =>
      'principal' in (await signIn.authenticate(requestWith(bearerHeader(token))));
    vi.useFakeTimers({ toFake: ['Date'] });
    const old = await provider.token();
    const before = await ask(old);
    await provider.rotate();
    const fresh = await provider.token();

    const cooling = await ask(fresh);
    vi.setSystemTime(Date.now() + 31_000);
    const known = await Promise.all([fresh, fresh, fresh].map(ask));
    const gone = await ask(old);
    const strangers = await Promise.all(
      Array.from({ length: 20 }, async (_, each) => ask(await provider.token({}, { kid: `k${each}` }))),
    );

    expect([before, cooling, ...known, gone]).toEqual([true, false, true, true, true, false]);
    expect(new Set(strangers)).toEqual(new Set([false]));
    expect(keysAsked()).toBe(2);
  });
});
