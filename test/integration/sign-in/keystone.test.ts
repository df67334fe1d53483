import { afterAll, beforeAll, expect, it } from 'vitest';
import { startKeystone, type Keystone } from '../../support/keystone.ts';
import { describeWith } from '../../support/real-parts.ts';
import { basicHeader, requestWith } from '../../support/sign-in/requests.ts';
import { settingsOf, signInWith, type SeenSignIn } from '../../support/sign-in/sign-ins.ts';

describeWith(['keystone'], 'Signing in at the real Keystone', () => {
  let keystone: Keystone;
  let token: string;
  let seen: SeenSignIn;
  const ann = { name: 'ann', password: 'to:be or not 💥' };

  beforeAll(async () => {
    keystone = await startKeystone();
    token = await tokenOf(keystone.admin, true);
    const lab = await created('domains', { domain: { name: 'lab' } });
    await created('users', { user: { ...ann, domain_id: 'default' } });
    await created('users', { user: { name: 'ann', password: 'of the lab', domain_id: lab } });
    await created('users', { user: { name: 'bob', password: 'disabled', domain_id: 'default', enabled: false } });
  }, 120_000);
  afterAll(() => keystone?.close());

  async function created(kind: string, body: object): Promise<string> {
    const answer = await keystone.api('POST', `/${kind}`, body, token);
    if (answer.status !== 201) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
    const made = (await answer.json()) as Record<string, { id: string }>;
    return Object.values(made)[0]!.id;
  }

  async function tokenOf({ name, password }: typeof ann, asAdmin = false, domain = 'Default'): Promise<string> {
    const identity = { methods: ['password'], password: { user: { name, password, domain: { name: domain } } } };
    const scope = asAdmin ? { project: { name: 'admin', domain: { name: 'Default' } } } : 'unscoped';
    const answer = await keystone.api('POST', '/auth/tokens', { auth: { identity, scope } });
    return answer.headers.get('x-subject-token')!;
  }

  async function signIns(): Promise<SeenSignIn> {
    const { url } = keystone;
    return signInWith(
      settingsOf([
        { type: 'keystonePassword', url, timeoutMs: 10_000 },
        { type: 'keystoneToken', url: `${url}/v3`, timeoutMs: 10_000 },
      ]),
    );
  }

  const asked = async (headers: Record<string, string>): Promise<object> => {
    seen = await signIns();
    return seen.signIn.authenticate(requestWith(headers));
  };

  it('lets in by name and password, with colons and letters of all kinds in it', async () => {
    const result = await asked(basicHeader(ann.name, ann.password));

    expect(result).toEqual({ principal: { name: 'ann', roles: ['viewer'], by: 'keystonePassword' } });
  });

  it('refuses a wrong password, an unknown name, a disabled user, and a user of another domain', async () => {
    const results = [
      await asked(basicHeader('ann', 'wrong')),
      await asked(basicHeader('nobody', 'wrong')),
      await asked(basicHeader('bob', 'disabled')),
      await asked(basicHeader('ann', 'of the lab')),
    ];

    expect(results).toEqual(Array(4).fill({ denied: expect.objectContaining({ status: 401 }) }));
  });

  it('lets in by a token, and tells users of other domains apart', async () => {
    const results = [
      await asked({ 'x-auth-token': await tokenOf(ann) }),
      await asked({ 'x-auth-token': await tokenOf({ name: 'ann', password: 'of the lab' }, false, 'lab') }),
    ];

    expect(results).toEqual([
      { principal: { name: 'ann', roles: ['viewer'], by: 'keystoneToken' } },
      { principal: { name: 'lab/ann', roles: ['viewer'], by: 'keystoneToken' } },
    ]);
  });

  it('refuses tokens that are none, and one that was revoked', async () => {
    const revoked = await tokenOf(ann);
    const answer = await fetch(`${keystone.url}/v3/auth/tokens`, {
      method: 'DELETE',
      headers: { 'x-auth-token': token, 'x-subject-token': revoked },
    });

    const tokens = [
      revoked,
      'gAAAAABf-not-a-token',
      'x',
      '../../users',
      `${revoked.slice(0, -4)}AAAA`,
      'a'.repeat(3000),
    ];
    const results = await Promise.all(tokens.map((each) => asked({ 'x-auth-token': each })));

    expect(answer.status).toBe(204);
    expect(results).toEqual(tokens.map(() => ({ denied: expect.objectContaining({ status: 401 }) })));
  });

  it('denies while Keystone is down, says so, and lets in when it is back', async () => {
    const { signIn, logged, counted } = await signIns();
    await keystone.kill();

    const down = await signIn.authenticate(requestWith(basicHeader(ann.name, ann.password)));
    await keystone.start();
    const up = await signIn.authenticate(requestWith(basicHeader(ann.name, ann.password)));

    expect(down).toEqual({ denied: { status: 503, retryAfterSeconds: 5 } });
    expect(up).toHaveProperty('principal.name', 'ann');
    expect(counted).toEqual([
      ['keystonePassword', 'unavailable'],
      ['keystonePassword', 'ok'],
    ]);
    expect(logged.join()).toContain('ECONNREFUSED');
    expect(logged.join()).not.toContain(ann.password);
  });
});
