import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askRemote, checkRemoteUrl } from '../../../reconciler/view/sign-in/remote.ts';
import type { AuthenticatorSettings } from '../../../reconciler/view/sign-in/settings.ts';
import type { SignInResult } from '../../../reconciler/view/sign-in/sign-in.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { describeWith } from '../../support/real-parts.ts';
import { makeAuthority, type Authority } from '../../support/sign-in/certificates.ts';
import { KEYSTONE_TOKEN, KEYSTONE_USER, startKeystone } from '../../support/sign-in/keystone-fake.ts';
import { startRemote, type RemoteFake, type Reply } from '../../support/sign-in/remote-fake.ts';
import { basicHeader, bearerHeader, requestWith } from '../../support/sign-in/requests.ts';
import { settingsOf, signInWith } from '../../support/sign-in/sign-ins.ts';
import { KUBERNETES_TOKEN, REVIEWER_TOKEN, startTokenReview } from '../../support/sign-in/token-review-fake.ts';

describeWith(['openssl'], 'Asking other servers about credentials', () => {
  let folder: string;
  let authority: Authority;
  let tls: { certFile: string; keyFile: string };
  let open: RemoteFake[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-remote-'));
    authority = makeAuthority(folder);
    tls = authority.issue('/CN=localhost');
    open = [];
    writeFileSync(join(folder, 'reviewer'), REVIEWER_TOKEN);
  });
  afterEach(async () => {
    await Promise.all(open.map((each) => each.close()));
    rmSync(folder, { recursive: true });
  });

  async function kept<T extends RemoteFake>(starting: Promise<T>): Promise<T> {
    const fake = await starting;
    open.push(fake);
    return fake;
  }
  const replying = (reply: Reply): Promise<RemoteFake> => kept(startRemote(() => reply, tls));
  const asked = async (settings: AuthenticatorSettings, headers: Record<string, string>): Promise<SignInResult> => {
    const { signIn } = await signInWith(settingsOf([settings]));
    return signIn.authenticate(requestWith(headers));
  };
  const keystone = (url: string): AuthenticatorSettings => ({
    type: 'keystoneToken',
    url,
    caFile: authority.caFile,
    timeoutMs: 10_000,
  });
  const kubernetes = (server: string, rest: object = {}): AuthenticatorSettings => ({
    type: 'kubernetesToken',
    server,
    caFile: authority.caFile,
    tokenFile: join(folder, 'reviewer'),
    timeoutMs: 10_000,
    ...rest,
  });

  it('says to Keystone nothing that it would not understand, and asks once for what it has just been told', async () => {
    const fake = await kept(startKeystone(tls));
    const clock = new ManualClock(new Date().toISOString());
    const { signIn } = await signInWith(
      settingsOf([
        { type: 'keystonePassword', url: fake.url, caFile: authority.caFile, timeoutMs: 10_000 },
        keystone(`${fake.url}/v3`),
      ]),
      clock,
    );
    const right = basicHeader(KEYSTONE_USER.name, KEYSTONE_USER.password);
    const ask = async (headers: Record<string, string>): Promise<SignInResult> =>
      signIn.authenticate(requestWith(headers));

    const results = await Promise.all([ask(right), ask(right), ask(right), ask({ 'x-auth-token': KEYSTONE_TOKEN })]);
    await ask(right);
    const soon = fake.received.length;
    await clock.advance(31_000);
    await ask(right);
    await ask(basicHeader(KEYSTONE_USER.name, 'wrong'));
    await ask(basicHeader(KEYSTONE_USER.name, 'wrong'));

    expect(results.map((each) => 'principal' in each)).toEqual([true, true, true, true]);
    expect([soon, fake.received.length]).toEqual([2, 5]);
    expect(fake.complaints).toEqual([]);
  });

  it.each<[string, Reply]>([
    ['no token', { status: 201, body: '{"token":{"user":{"name":"ann","domain":{"name":"Default"}}}}' }],
    ['no user', { status: 201, headers: { 'x-subject-token': 'x' }, body: '{"token":{}}' }],
    [
      'a user without a domain',
      { status: 201, headers: { 'x-subject-token': 'x' }, body: '{"token":{"user":{"name":"ann"}}}' },
    ],
    [
      'a name that is none',
      {
        status: 201,
        headers: { 'x-subject-token': 'x' },
        body: '{"token":{"user":{"name":"a\\u0000","domain":{"name":"Default"}}}}',
      },
    ],
    ['only that it is well', { status: 200, headers: { 'x-subject-token': 'x' }, body: '{}' }],
    ['too many questions', { status: 429 }],
    ['that it is elsewhere', { status: 302, headers: { location: 'https://127.0.0.1:1/' } }],
    ['404, as another server would', { status: 404, body: '<html>' }],
  ])('lets nobody in when Keystone answers with %s', async (_, reply) => {
    const fake = await replying(reply);

    const result = await asked(keystone(fake.url), { 'x-auth-token': 'x' });

    expect(result).toEqual({ denied: { status: 503, retryAfterSeconds: 5 } });
    expect(fake.received).toHaveLength(1);
  });

  it('tells users whose names have a slash in them from those of other domains', async () => {
    const user = { name: 'lab/ann', domain: { name: 'Default' } };
    const fake = await replying({
      status: 201,
      headers: { 'x-subject-token': 'x' },
      body: JSON.stringify({ token: { user } }),
    });

    const result = await asked(keystone(fake.url), { 'x-auth-token': 'x' });

    expect(result).toHaveProperty('principal.name', 'Default/lab%2Fann');
  });

  it('shows the token under review and its own in their places, as it is now', async () => {
    const fake = await kept(startTokenReview(tls));
    writeFileSync(join(folder, 'reviewer'), 'old');
    const { signIn } = await signInWith(settingsOf([kubernetes(fake.url, { audiences: ['intendant'] })]));
    const ask = (): Promise<SignInResult> => signIn.authenticate(requestWith(bearerHeader(KUBERNETES_TOKEN)));

    const before = await ask();
    writeFileSync(join(folder, 'reviewer'), `${REVIEWER_TOKEN}\n`);
    const after = await ask();
    await ask();

    expect(before).toHaveProperty('denied.status', 503);
    expect(after).toHaveProperty('principal.name', 'system:serviceaccount:ops:board');
    expect(fake.received.map(({ body }) => JSON.parse(body).spec)).toEqual([
      { token: KUBERNETES_TOKEN, audiences: ['intendant'] },
      { token: KUBERNETES_TOKEN, audiences: ['intendant'] },
    ]);
    expect(
      fake.received.every(({ url, body }) => !url.href.includes(KUBERNETES_TOKEN) && !body.includes(REVIEWER_TOKEN)),
    ).toBe(true);
  });

  it('wants a token for one of its audiences, and its owner in one of its groups', async () => {
    const fake = await kept(startTokenReview(tls));
    const outcomes = [];
    for (const rest of [
      { audiences: ['other'] },
      { groups: ['dev'] },
      { groups: ['dev', 'system:serviceaccounts:ops'] },
      {},
    ]) {
      const result = await asked(kubernetes(fake.url, rest), bearerHeader(KUBERNETES_TOKEN));
      outcomes.push('principal' in result ? 'in' : result.denied.status);
    }

    expect(outcomes).toEqual([401, 401, 'in', 'in']);
  });

  it('does not believe a server that does not look at audiences', async () => {
    const status = { authenticated: true, user: { username: 'ann' } };
    const fake = await replying({ status: 201, body: JSON.stringify({ status }) });

    const result = await asked(kubernetes(fake.url, { audiences: ['intendant'] }), bearerHeader('x'));

    expect(result).toHaveProperty('denied.status', 401);
  });

  it('sends no credential to a server whose certificate it cannot verify, whatever the environment says', async () => {
    const fake = await kept(startKeystone(tls));
    const other = makeAuthority(folder).caFile;
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const result = await asked({ ...keystone(fake.url), caFile: other } as AuthenticatorSettings, {
        'x-auth-token': KEYSTONE_TOKEN,
      });

      expect(result).toHaveProperty('denied.status', 503);
      expect(fake.received).toEqual([]);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it('goes on with a new authority without a restart', async () => {
    const fake = await kept(startKeystone(tls));
    const caFile = join(folder, 'ca-of-now.pem');
    writeFileSync(caFile, '');
    const { signIn } = await signInWith(settingsOf([{ ...keystone(fake.url), caFile } as AuthenticatorSettings]));
    const ask = (): Promise<SignInResult> => signIn.authenticate(requestWith({ 'x-auth-token': KEYSTONE_TOKEN }));

    const before = await ask();
    rmSync(caFile);
    const gone = await ask();
    copyFileSync(authority.caFile, caFile);
    const after = await ask();

    expect([before, gone].map((each) => 'denied' in each && each.denied.status)).toEqual([503, 503]);
    expect(after).toHaveProperty('principal.name', KEYSTONE_USER.name);
  });

  it('has no more than so many questions open at once', async () => {
    const fake = await kept(startKeystone(tls));
    fake.failing = 'silent';
    const ask = askRemote({ caFile: authority.caFile, timeoutMs: 1000 });
    const question = { url: fake.url, method: 'GET', headers: {} };

    const results = await Promise.allSettled(Array.from({ length: 100 }, () => ask(question)));

    const reasons = results.map((each) => (each.status === 'rejected' ? (each.reason as Error).message : 'answered'));
    expect(reasons.filter((each) => each.includes('64 questions are open already'))).toHaveLength(36);
    expect(reasons.filter((each) => each.includes('no answer within 1000 ms'))).toHaveLength(64);
  });

  it.each([
    'http://keystone.example.org',
    'ftp://127.0.0.1',
    'https://a:b@x.example',
    'https://x.example/?a=b',
    'x',
    'http://127.0.0.1.evil.example',
  ])('takes no credential to %s', async (url) => {
    expect(() => checkRemoteUrl('view.signIn', url)).toThrow('must be an https URL');
    if (url.startsWith('http:')) {
      const asking = askRemote({ timeoutMs: 100 })({ url, method: 'GET', headers: {} });
      await expect(asking).rejects.toThrow('over https only');
    }
  });
});
