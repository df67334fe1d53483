import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { describeConfig } from '../../../reconciler/config/describe.ts';
import { loadDaemonConfig, mergeConfig, type LoadOptions } from '../../../reconciler/config/load.ts';
import type { SignInSettings } from '../../../reconciler/view/sign-in/settings.ts';

const HASH = hashSync('x', 4);

describe('Sign-in in the configuration', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'intendant-config-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function options(signIn: object): LoadOptions {
    const document = {
      apiVersion: 'intendant/v1',
      kind: 'Daemon',
      fleet: 'prod',
      state: 'state',
      repository: { url: 'https://git.example.org/fleet.git' },
      view: { signIn },
    };
    writeFileSync(join(folder, 'daemon.yaml'), stringify(document));
    const environment = { OIDC_SECRET: 'hidden' };
    return { file: 'daemon.yaml', environment, workingFolder: folder, defaultState: '/var/lib/intendant' };
  }
  const read = async (...authenticators: object[]): Promise<SignInSettings | undefined> =>
    (await loadDaemonConfig(options({ authenticators }))).view?.signIn;
  const mistakeOf = (...authenticators: object[]): Promise<string> =>
    read(...authenticators).then(
      () => 'nothing was wrong',
      (error: Error) => error.message,
    );

  it('has defaults for everything that need not be said', async () => {
    const settings = await read(
      { type: 'basic', users: { ann: { hash: HASH } } },
      { type: 'keystonePassword', url: 'https://keystone.example.org:5000' },
      { type: 'oidc', issuer: 'https://id.example.org', audience: 'api', clientSecretEnv: 'OIDC_SECRET' },
      { type: 'module', module: 'intendant-sign-in-ldap' },
    );

    expect(settings).toMatchObject({
      selfAuths: ['/healthz', '/readyz'],
      credsReaders: { users: [], groups: [], commonNames: [] },
      limits: { windowMs: 300_000, perAddress: 30, perUser: 5 },
      authenticators: [
        { type: 'basic' },
        { type: 'keystonePassword', timeoutMs: 5000 },
        {
          type: 'oidc',
          usernameClaim: 'sub',
          groupsClaim: 'groups',
          scopes: ['profile', 'email'],
          sessionMs: 8 * 3_600_000,
          clientSecret: { env: 'OIDC_SECRET' },
        },
        { type: 'module', module: 'intendant-sign-in-ldap', options: {}, timeoutMs: 5000 },
      ],
    });
  });

  it('reads paths from its own folder, those of the list and of modules too, and leaves names of packages alone', async () => {
    writeFileSync(join(folder, 'users.json'), JSON.stringify({ ann: { hash: HASH } }));

    const settings = await read(
      { type: 'basic', usersFile: 'users.json' },
      { type: 'module', module: './own.mjs', options: { bindFile: 'bind' } },
      { type: 'module', module: '@team/own' },
    );

    expect(settings?.authenticators).toMatchObject([
      { usersFile: join(folder, 'users.json') },
      { module: join(folder, 'own.mjs'), options: { bindFile: join(folder, 'bind') } },
      { module: '@team/own' },
    ]);
  });

  it.each<[string, object, string]>([
    ['a type that there is not', { type: 'ldap' }, 'must be one of basic, clientCertificate, keystonePassword'],
    ['a field of another type', { type: 'basic', url: 'https://x' }, 'unknown field `url`'],
    ['nobody who could sign in', { type: 'basic' }, 'has neither usersFile nor users'],
    ['a users file that is not there', { type: 'basic', usersFile: 'none.json' }, 'ENOENT'],
    [
      'a password in the place of a hash',
      { type: 'basic', users: { ann: { hash: 'plain-text' } } },
      'must be a bcrypt hash',
    ],
    [
      'a hash that would take minutes',
      { type: 'basic', users: { ann: { hash: HASH.replace('$04', '$31') } } },
      'a cost of 31',
    ],
    [
      'passwords over plain http',
      { type: 'keystonePassword', url: 'http://keystone.example.org' },
      'must be an https URL',
    ],
    [
      'credentials in a URL',
      { type: 'keystoneToken', url: 'https://a:b@keystone.example.org' },
      'must be an https URL',
    ],
    [
      'an authority that is not there',
      { type: 'keystoneToken', url: 'https://k.example.org', caFile: 'no.pem' },
      'no.pem',
    ],
    ['no reviewer', { type: 'kubernetesToken', server: 'https://k.example.org', tokenFile: 'no.token' }, 'no.token'],
    ['no audience', { type: 'oidc', issuer: 'https://id.example.org' }, 'has neither clientId nor audience'],
    [
      'a public address and no client',
      { type: 'oidc', issuer: 'https://id.example.org', audience: 'a', publicUrl: 'https://v.example.org' },
      'a publicUrl and no clientId',
    ],
    [
      'a secret that is not there',
      { type: 'oidc', issuer: 'https://id.example.org', clientId: 'a', clientSecretEnv: 'NOT_SET' },
      'NOT_SET, which is not set',
    ],
  ])('says where and why of %s', async (_, authenticator, why) => {
    const message = await mistakeOf(authenticator);

    expect(message).toContain(why);
    expect(message).toMatch(/daemon\.yaml:\d+:\d+: /);
    expect(message).not.toMatch(/plain-text|\$2b/);
  });

  it('takes no session key that could be guessed', async () => {
    writeFileSync(join(folder, 'session.key'), 'short');

    const message = await mistakeOf({
      type: 'oidc',
      issuer: 'https://id.example.org',
      clientId: 'view',
      sessionKeyFile: 'session.key',
    });

    expect(message).toContain('shorter than 32 characters');
  });

  it.each([
    ['0s', 'from 1s to 24d is taken'],
    ['30d', 'view.signIn.limits.window is 30d'],
  ])('counts failures for no time that would be none or for ever: %s', async (window, why) => {
    const authenticators = [{ type: 'basic', users: { ann: { hash: HASH } } }];

    const loading = loadDaemonConfig(options({ authenticators, limits: { window } }));

    await expect(loading).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(why) });
  });

  it.each([
    ['sessionLife', '0s', 'from 1s to 400d is taken'],
    ['sessionLife', '401d', 'sessionLife is 401d'],
    ['timeout', '0s', 'from 1ms to 30s is taken'],
    ['timeout', '60d', 'timeout is 60d'],
  ])('takes no %s of %s', async (field, value, why) => {
    const oidc = { type: 'oidc', issuer: 'https://id.example.org', clientId: 'view' };

    const message = await mistakeOf({ ...oidc, [field]: value });

    expect(message).toContain(why);
  });

  it('takes only paths as those that need no sign-in', async () => {
    const authenticators = [{ type: 'clientCertificate' }];

    const loading = loadDaemonConfig(options({ authenticators, selfAuths: ['healthz'] }));

    await expect(loading).rejects.toThrow('healthz, which is no path');
  });

  it('shows neither hashes nor what a module is given as a secret', async () => {
    const authenticators = [
      { type: 'basic', users: { ann: { hash: HASH } } },
      { type: 'module', module: 'own', options: { url: 'ldaps://l', bindPassword: 'hidden', secretFile: '/run/s' } },
      {
        type: 'module',
        module: 'own',
        options: { tokens: ['hidden'], credentials: { key: 'hidden' }, password: 4711 },
      },
    ];

    const shown = JSON.stringify(describeConfig(await mergeConfig(options({ authenticators }))));

    expect(shown).not.toContain(HASH);
    expect(shown).not.toMatch(/hidden|4711/);
    expect(shown).toContain('ldaps://l');
    expect(shown).toContain('/run/s');
  });
});
