import { describe, expect, it } from 'vitest';
import {
  ABSENT,
  accepted,
  REFUSED,
  type Authenticator,
  type Verdict,
} from '../../../../reconciler/view/sign-in/authenticator.ts';
import { signInOf } from '../../../../reconciler/view/sign-in/authenticator-list.ts';
import { Limits } from '../../../../reconciler/view/sign-in/limits.ts';
import type { SignInSettings } from '../../../../reconciler/view/sign-in/settings.ts';
import type { SignIn } from '../../../../reconciler/view/sign-in/sign-in.ts';
import { Troubles } from '../../../../reconciler/view/sign-in/troubles.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { basicHeader, requestWith } from '../../../support/sign-in/requests.ts';
import { settingsOf } from '../../../support/sign-in/sign-ins.ts';

/** One that says what it is told to, and remembers that it was asked. */
function saying(
  type: string,
  verdict: Verdict | Error,
  rest: Partial<Authenticator> = {},
): Authenticator & { asked: number } {
  const made = {
    type,
    asked: 0,
    async authenticate() {
      made.asked += 1;
      if (verdict instanceof Error) throw verdict;
      return verdict;
    },
    ...rest,
  };
  return made;
}

function list(authenticators: Authenticator[], rest: Partial<SignInSettings> = {}) {
  const counted: string[] = [];
  const logged: object[] = [];
  const settings = settingsOf([], rest);
  const log = {
    info: (fields: object, message: string) => void logged.push({ ...fields, message }),
    warn: () => undefined,
  };
  log.warn = log.info as never;
  const signIn: SignIn = signInOf(
    authenticators.map((authenticator) => ({ authenticator, timeoutMs: 50 })),
    settings,
    {
      limits: new Limits(settings.limits),
      counter: { onResult: (type, outcome) => void counted.push(`${type} ${outcome}`) },
      troubles: new Troubles(new ManualClock(), log),
    },
  );
  return { signIn, counted, logged };
}

const ANN = accepted({ name: 'ann' });

describe('A list of authenticators', () => {
  it('asks in order until one accepts', async () => {
    const [first, second, third, fourth] = [
      saying('a', ABSENT),
      saying('b', REFUSED),
      saying('c', ANN),
      saying('d', ANN),
    ];
    const { signIn, counted } = list([first, second, third, fourth]);

    const result = await signIn.authenticate(requestWith());

    expect(result).toEqual({ principal: { name: 'ann', roles: ['viewer'], by: 'c' } });
    expect([first, second, third, fourth].map(({ asked }) => asked)).toEqual([1, 1, 1, 0]);
    expect(counted).toEqual(['c ok']);
  });

  it('goes on when one cannot be asked, and denies as undecided when no other accepts', async () => {
    const broken = saying('a', new Error('no route'));

    const [goes, ends] = [list([broken, saying('b', ANN)]), list([broken, saying('b', REFUSED)])];
    const results = [await goes.signIn.authenticate(requestWith()), await ends.signIn.authenticate(requestWith())];

    expect(results[0]).toHaveProperty('principal.name', 'ann');
    expect(results[1]).toEqual({ denied: { status: 503, retryAfterSeconds: 5 } });
    expect(ends.counted).toEqual(['a unavailable', 'b refused']);
    expect(ends.logged).toContainEqual(expect.objectContaining({ authenticator: 'a', reason: 'no route' }));
  });

  it('does not wait for one that does not decide', async () => {
    const silent = saying('a', ABSENT, { authenticate: () => new Promise(() => undefined) });
    const { signIn, logged } = list([silent]);

    const result = await signIn.authenticate(requestWith());

    expect(result).toHaveProperty('denied.status', 503);
    expect(logged).toContainEqual(expect.objectContaining({ reason: 'no decision within 50 ms' }));
  });

  it('invites in every way that it knows, and not on the paths of Commissaire', async () => {
    const { signIn } = list([
      saying('a', ABSENT, { challenge: 'Basic realm="x"' }),
      saying('b', ABSENT, { challenge: 'Bearer' }),
    ]);

    const [page, old] = [
      await signIn.authenticate(requestWith()),
      await signIn.authenticate(requestWith({}, { path: '/api/v0/hosts' })),
    ];

    expect(page).toEqual({ denied: { status: 401, headers: { 'www-authenticate': 'Basic realm="x", Bearer' } } });
    expect(old).toEqual({ denied: { status: 403 } });
  });

  it('answers 403 where there is no way to be invited', async () => {
    const { signIn } = list([saying('a', REFUSED)]);

    const result = await signIn.authenticate(requestWith());

    expect(result).toEqual({ denied: { status: 403 } });
  });

  it('lets everybody to the paths that need no sign-in, compared exactly', async () => {
    const { signIn } = list([saying('a', ABSENT)], { selfAuths: ['/healthz', '/open'] });

    const results = [];
    for (const path of ['/healthz', '/open', '/open/', '/open/x', '/%6fpen', '//open']) {
      results.push(await signIn.authenticate(requestWith({}, { path })));
    }

    expect(results.map((each) => 'principal' in each)).toEqual([true, true, false, false, false, false]);
  });

  it('makes readers of credentials of those whom the configuration names, each in its own way', async () => {
    const credsReaders = { users: ['ann'], groups: ['ops'], commonNames: ['backup'] };
    const identities = [
      { name: 'ann' },
      { name: 'bob', groups: ['dev', 'ops'] },
      { name: 'backup', commonNames: ['backup'] },
      // Who has the name of a user or of a group by a certificate is neither.
      { name: 'ann', commonNames: ['ann'] },
      { name: 'ops' },
      { name: 'backup' },
      { name: 'Ann' },
    ];

    const roles = [];
    for (const identity of identities) {
      const { signIn } = list([saying('a', accepted(identity))], { credsReaders });
      const result = await signIn.authenticate(requestWith());
      roles.push('principal' in result && result.principal.roles.includes('creds-reader'));
    }

    expect(roles).toEqual([true, true, true, false, false, false, false]);
  });

  it('answers 429 to who failed too often, and asks nobody', async () => {
    const refusing = saying('a', REFUSED, { challenge: 'Basic' });
    const { signIn, counted, logged } = list([refusing], { limits: { windowMs: 60_000, perAddress: 100, perUser: 2 } });
    const request = requestWith(basicHeader('ann', 'x'));

    const results = [];
    for (let each = 0; each < 4; each += 1) results.push(await signIn.authenticate(request));

    expect(results.map((each) => 'denied' in each && each.denied.status)).toEqual([401, 401, 429, 429]);
    expect(results[3]).toHaveProperty(
      'denied.retryAfterSeconds',
      expect.toSatisfy((s: number) => s > 50 && s <= 60),
    );
    expect(refusing.asked).toBe(2);
    expect(counted).toEqual(['a refused', 'a refused', 'a limited', 'a limited']);
    expect(logged).toHaveLength(2);
    expect(JSON.stringify(logged)).not.toContain('ann');
  });

  it('lets in by what cannot be guessed from an address that failed too often', async () => {
    const signed = saying('signed', ANN, { guessable: false, carries: ({ headers }) => headers.has('x-signed') });
    const { signIn } = list([saying('a', REFUSED), signed], {
      limits: { windowMs: 60_000, perAddress: 1, perUser: 1 },
    });
    await signIn.authenticate(requestWith(basicHeader('ann', 'x')));

    const results = [
      await signIn.authenticate(requestWith(basicHeader('ann', 'x'))),
      await signIn.authenticate(requestWith({ ...basicHeader('ann', 'x'), 'x-signed': 'y' })),
    ];

    expect(results[0]).toHaveProperty('denied.status', 429);
    expect(results[1]).toHaveProperty('principal.by', 'signed');
  });

  it('counts a wrong password of somebody who comes in by other means', async () => {
    const guessing = saying('a', REFUSED, { challenge: 'Basic' });
    const signed = saying('signed', ANN, { guessable: false, challenge: 'Bearer' });
    const token = saying('token', ANN, { challenge: 'Keystone' });
    for (const other of [signed, token]) {
      const { signIn } = list([guessing, other], { limits: { windowMs: 60_000, perAddress: 100, perUser: 2 } });
      guessing.asked = 0;

      for (let each = 0; each < 5; each += 1)
        await signIn.authenticate(requestWith(basicHeader('bob', `guess ${each}`)));

      expect(guessing.asked, other.type).toBe(2);
    }
  });

  it('counts no failure of a password that only the second of two knows', async () => {
    const { signIn } = list([saying('a', REFUSED, { challenge: 'Basic' }), saying('b', ANN, { challenge: 'Basic' })], {
      limits: { windowMs: 60_000, perAddress: 2, perUser: 2 },
    });

    const results = [];
    for (let each = 0; each < 10; each += 1)
      results.push(await signIn.authenticate(requestWith(basicHeader('ann', 'x'))));

    expect(results.every((each) => 'principal' in each)).toBe(true);
  });
});
