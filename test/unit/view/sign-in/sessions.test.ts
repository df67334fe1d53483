import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { cookieKey } from '../../../../reconciler/view/sign-in/oidc/sealed-cookie.ts';
import { Sessions, type SessionSettings } from '../../../../reconciler/view/sign-in/oidc/sessions.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

describe('Sessions of browsers', () => {
  let clock: ManualClock;
  let settings: SessionSettings;
  beforeEach(() => {
    clock = new ManualClock();
    const key = new Uint8Array(randomBytes(32));
    const client = { issuer: 'https://id.example.org', clientId: 'view' };
    settings = { key, ...client, lifeMs: 3_600_000, secure: true, groups: ['ops'], clock };
  });

  const cookie = (name: string, value: string): Headers => new Headers({ cookie: `x=1; ${name}=${value}; y=2` });
  const read = async (sessions: Sessions, value: string, name = sessions.name) =>
    sessions.identityOf(cookie(name, value));

  it('opens what it has sealed, with the groups that anything is decided by', async () => {
    const sessions = new Sessions(settings);
    const sealed = await sessions.session({ name: 'ann', groups: ['dev', 'ops', 'x'.repeat(9000)] });

    const identity = await read(sessions, sealed);

    expect(identity).toEqual({ name: 'ann', groups: ['ops'] });
    expect(sealed.length).toBeLessThan(1000);
  });

  it('shows nothing of what it holds', async () => {
    const sealed = await new Sessions(settings).session({ name: 'ann', groups: ['ops'] });

    const parts = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));

    expect(parts.join()).not.toMatch(/ann|ops/);
  });

  it('ends after its time, to the second', async () => {
    const sessions = new Sessions(settings);
    const sealed = await sessions.session({ name: 'ann' });

    await clock.advance(3_599_000);
    const before = await read(sessions, sealed);
    await clock.advance(1000);
    const after = await read(sessions, sealed);

    expect([before?.name, after]).toEqual(['ann', undefined]);
  });

  it('opens nothing of another key, provider, client, purpose, or with a bit changed', async () => {
    const sessions = new Sessions(settings);
    const sealed = await sessions.session({ name: 'ann' });
    const journey = await sessions.begin({ state: 's', nonce: 'n', verifier: 'v', to: '/' });
    const others = [
      new Sessions({ ...settings, key: new Uint8Array(randomBytes(32)) }),
      new Sessions({ ...settings, issuer: 'https://other.example.org' }),
      new Sessions({ ...settings, clientId: 'other' }),
    ];
    const changed = `${sealed.slice(0, -6)}${sealed.at(-6) === 'A' ? 'B' : 'A'}${sealed.slice(-5)}`;

    const opened = [
      ...(await Promise.all(others.map((each) => read(each, sealed)))),
      await read(sessions, changed),
      await read(sessions, journey),
      await read(sessions, ''),
      await read(sessions, 'a.b.c.d.e'),
      await read(sessions, 'x'.repeat(10_000)),
      await sessions.journeyOf(cookie(sessions.journeyName, sealed)),
    ];

    expect(opened).toEqual(Array(9).fill(undefined));
  });

  it('is shared by copies that have the same key, and no longer taken once its group may not sign in', async () => {
    const sealed = await new Sessions(settings).session({ name: 'ann', groups: ['ops'] });

    const [copy, stricter, strict] = await Promise.all(
      [settings, { ...settings, allowed: ['ops'] }, { ...settings, allowed: ['dev'] }].map((each) =>
        read(new Sessions(each), sealed),
      ),
    );

    expect([copy?.name, stricter?.name, strict]).toEqual(['ann', 'ann', undefined]);
  });

  it('has cookies that browsers keep to this host and to https, unless the view is reached without', () => {
    const [secure, plain] = [new Sessions(settings), new Sessions({ ...settings, secure: false })];

    expect([secure.name, secure.attributes]).toEqual([
      '__Host-intendant-session',
      { path: '/', httpOnly: true, sameSite: 'Lax', secure: true },
    ]);
    expect([plain.name, plain.attributes.secure]).toEqual(['intendant-session', false]);
  });

  it('makes one key of one text, and takes none that is short', () => {
    const text = randomBytes(48).toString('base64');

    const keys = [cookieKey(text), cookieKey(`${text}\n`), cookieKey(undefined), cookieKey(undefined)];

    expect(keys[0]).toEqual(keys[1]);
    expect(keys[2]).not.toEqual(keys[3]);
    expect(keys.map(({ length }) => length)).toEqual([32, 32, 32, 32]);
    expect(() => cookieKey('too short')).toThrow('shorter than 32 characters');
  });
});
