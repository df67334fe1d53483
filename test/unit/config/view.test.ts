import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ViewConfig } from '../../../reconciler/config/daemon-config.ts';
import { describeConfig } from '../../../reconciler/config/describe.ts';
import { loadDaemonConfig, mergeConfig, type LoadOptions } from '../../../reconciler/config/load.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intendant-view-config-'));
  await writeFile(join(folder, 'users.json'), '{}');
  await writeFile(join(folder, 'hook.secret'), `${'s'.repeat(32)}\n`);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const REST = {
  apiVersion: 'intendant/v1',
  kind: 'Daemon',
  fleet: 'prod',
  state: 'state',
  repository: { url: '/r.git' },
};
const BASIC = { authenticators: [{ type: 'basic', usersFile: 'users.json' }] };
const PATH = '2f1c9f0e8a7b4d6c95e3a1b08d7f6c24';

async function optionsOf(view: unknown, more: Partial<LoadOptions> = {}): Promise<LoadOptions> {
  await writeFile(join(folder, 'daemon.yaml'), JSON.stringify({ ...REST, ...(view !== undefined && { view }) }));
  return { environment: {}, workingFolder: folder, defaultState: '/x', file: 'daemon.yaml', ...more };
}

async function load(view: unknown, more: Partial<LoadOptions> = {}): Promise<ViewConfig | undefined> {
  return (await loadDaemonConfig(await optionsOf(view, more))).view;
}

describe('the view in the configuration', () => {
  it('is off without it, and on this machine only when it is empty', async () => {
    expect(await load(undefined)).toBeUndefined();
    expect(await load({})).toEqual({ address: '127.0.0.1', port: 8000, trustedProxies: [] });
  });

  it('takes addresses of both families, names, and any port', async () => {
    expect(await load({ listen: '[::1]:0' })).toMatchObject({ address: '::1', port: 0 });
    expect(await load({ listen: 'localhost:81' })).toMatchObject({ address: 'localhost', port: 81 });
    await expect(load({ listen: '127.0.0.1:65536' })).rejects.toThrow(/daemon\.yaml:1:.*no address and port/);
    await expect(load({ listen: '127.0.0.1' })).rejects.toThrow(/an address and a port/);
    await expect(load({ listen: '[127.0.0.1]:80' })).rejects.toThrow(/no address and port/);
  });

  it('comes from variables and flags as every other field', async () => {
    const environment = { INTENDANT_VIEW_LISTEN: '127.0.0.2:1' };

    expect(await load(undefined, { environment })).toMatchObject({ address: '127.0.0.2', port: 1 });
    expect(await load(undefined, { environment, flags: { set: ['view.listen=127.0.0.3:2'] } })).toMatchObject({
      address: '127.0.0.3',
      port: 2,
    });
    expect(await load(undefined, { flags: { set: ['view={}'] } })).toMatchObject({ port: 8000 });
  });

  it.each(['0.0.0.0:8000', '[::]:8000', '10.0.0.1:8000', 'intendant.example.org:8000'])(
    'does not let others read at %s without signing in, and says what to write',
    async (listen) => {
      const attempt = load({ listen });

      await expect(attempt).rejects.toMatchObject({
        code: 'VIEW_OPEN',
        message: expect.stringContaining(`view.listen is ${listen}, which others can reach`),
        hint: expect.stringContaining('usersFile: /etc/intendant/users.json'),
      });
    },
  );

  it('does not let passwords cross the network in the clear, unless a proxy in front speaks TLS', async () => {
    await expect(load({ listen: '0.0.0.0:80', signIn: BASIC })).rejects.toMatchObject({
      code: 'VIEW_PLAIN',
      hint: expect.stringContaining('certFile'),
    });
    expect(await load({ listen: '0.0.0.0:80', signIn: BASIC, trustedProxies: ['10.20.0.0/24', '::1'] })).toMatchObject({
      trustedProxies: ['10.20.0.0/24', '::1'],
    });
    expect(await load({ signIn: BASIC })).toMatchObject({ address: '127.0.0.1' });
  });

  it('refuses proxies that are no addresses', async () => {
    for (const wrong of ['proxy.example.org', '10.0.0.0/33', '10.0.0.0/8/8', '']) {
      await expect(load({ trustedProxies: [wrong] })).rejects.toThrow(/trustedProxies/);
    }
  });

  it('says which certificate cannot be used', async () => {
    await writeFile(join(folder, 'bad.pem'), 'nothing');

    await expect(load({ tls: { certFile: 'gone.pem', keyFile: 'bad.pem' } })).rejects.toMatchObject({
      code: 'VIEW_TLS',
      message: expect.stringMatching(/daemon\.yaml:1:\d+: view\.tls\.certFile names .*gone\.pem.*ENOENT/),
    });
    await expect(load({ tls: { certFile: 'bad.pem', keyFile: 'bad.pem' } })).rejects.toMatchObject({
      code: 'VIEW_TLS',
    });
    await expect(
      load({ tls: { certFile: 'bad.pem', keyFile: 'bad.pem', clientCertificates: 'required' } }),
    ).rejects.toThrow(/clientCaFile names nobody/);
  });

  it('does not know people by certificates that nobody makes', async () => {
    await expect(load({ signIn: { authenticators: [{ type: 'clientCertificate' }] } })).rejects.toThrow(/clientCaFile/);
  });

  it('sends browsers back to the public address', async () => {
    const oidc = { type: 'oidc', issuer: 'https://id.example.org', clientId: 'intendant' };
    const bearer = { type: 'oidc', issuer: 'https://id.example.org', audience: 'intendant' };

    const view = await load({
      publicUrl: 'https://fleet.example.org',
      signIn: { authenticators: [oidc, { ...oidc, publicUrl: 'https://other.example.org' }, bearer] },
    });

    expect(view!.signIn!.authenticators.map((each) => 'publicUrl' in each && each.publicUrl)).toEqual([
      'https://fleet.example.org',
      'https://other.example.org',
      false,
    ]);
    await expect(load({ publicUrl: 'https://example.org/fleet' })).rejects.toThrow(/publicUrl.*without a path/);
  });

  it('takes a hook with an address nobody guesses and a secret by reference, and nothing less', async () => {
    const view = await load({ hook: { path: PATH, secretFile: 'hook.secret' } });

    expect(view!.hook).toEqual({ path: PATH, secret: { file: join(folder, 'hook.secret'), env: undefined } });
    await expect(load({ hook: { path: 'push', secretFile: 'hook.secret' } })).rejects.toThrow(/16 to 128/);
    await expect(load({ hook: { path: PATH } })).rejects.toThrow(/has no secret/);
    await writeFile(join(folder, 'hook.secret'), 'short');
    await expect(load({ hook: { path: PATH, secretFile: 'hook.secret' } })).rejects.toThrow(/shorter than 16/);
    await expect(load({ hook: { path: PATH, secretEnv: 'NOT_SET' } })).rejects.toMatchObject({
      code: 'SECRET_MISSING',
    });
  });

  it('is shown with its secrets hidden', async () => {
    const merged = await mergeConfig(await optionsOf({ hook: { path: PATH, secretFile: 'hook.secret' } }));

    const { values } = describeConfig(merged);

    const shown = values
      .filter(({ field }) => field.startsWith('view'))
      .map(({ field, value }) => [field, String(value)]);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['view.hook.path', PATH],
        ['view.hook.secret', '(sensitive)'],
        ['view.listen', '127.0.0.1:8000'],
      ]),
    );
    expect(JSON.stringify(values)).not.toContain('ssss');
  });
});
