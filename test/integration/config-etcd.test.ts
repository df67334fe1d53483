import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { loadDaemonConfig, mergeConfig, type LoadOptions } from '../../reconciler/config/load.ts';
import { startEtcd, type TestEtcd } from '../support/etcd.ts';
import { describeWith } from '../support/real-parts.ts';

const DOCUMENT = `apiVersion: intendant/v1
kind: Daemon
fleet: from-etcd
state: /var/lib/intendant
repository:
  url: https://git.example.org/ops/fleet.git
`;

describeWith(['etcd'], 'configuration in an etcd with a user and a password', () => {
  let etcd: TestEtcd;
  let admin: Etcd3;
  let folder: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-config-'));
    etcd = await startEtcd();
    const first = new Etcd3({ hosts: etcd.endpoint });
    const root = first.user('root');
    await root.create('root-password');
    await root.addRole(await first.role('root').create());
    const role = await first.role('reader').create();
    await role.grant({ permission: 'Read', key: '/intendant/config' });
    await (await first.user('daemon').create('daemon-password')).addRole(role);
    await first.auth.authEnable();
    first.close();
    admin = new Etcd3({ hosts: etcd.endpoint, auth: { username: 'root', password: 'root-password' } });
  });
  afterAll(async () => {
    admin.close();
    await etcd.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    environment = { ETCD_MACHINES: etcd.endpoint, ETCD_USERNAME: 'daemon', ETCD_PASSWORD: 'daemon-password' };
    await admin.put('/intendant/config').value(DOCUMENT);
  });

  function options(more: Partial<LoadOptions> = {}): LoadOptions {
    return { environment, workingFolder: folder, defaultState: '/nonexistent', ...more };
  }

  async function errorOf(loading: Promise<unknown>): Promise<Error & { code?: string; disposition?: string }> {
    return loading.then(
      () => new Error('nothing was wrong'),
      (error: Error) => error,
    );
  }

  it('lies over the file and under variables', async () => {
    writeFileSync(
      join(folder, 'daemon.yaml'),
      DOCUMENT.replace('from-etcd', 'from-file') + '  branch: file\n  poll: 5m\n',
    );
    await admin.put('/intendant/config').value(`${DOCUMENT}  branch: etcd\n`);

    const merged = await mergeConfig(
      options({ file: 'daemon.yaml', environment: { ...environment, INTENDANT_FLEET: 'variable' } }),
    );

    expect(merged.document).toMatchObject({ fleet: 'variable', repository: { branch: 'etcd', poll: '5m' } });
    const at = (pointer: string): string | undefined => merged.origins.get(pointer)?.locate({ pointer, at: 'value' });
    expect(at('/fleet')).toBe('INTENDANT_FLEET');
    expect(at('/repository/branch')).toBe('etcd key /intendant/config:7:11');
    expect(at('/repository/poll')).toBe(`${join(folder, 'daemon.yaml')}:8:9`);
  });

  it('is enough alone, and may be written as JSON', async () => {
    const document = { apiVersion: 'intendant/v1', kind: 'Daemon', fleet: 'json', repository: { url: 'git@h:p' } };
    await admin.put('/intendant/config').value(JSON.stringify(document));

    const config = await loadDaemonConfig(options());

    expect(config).toMatchObject({ fleet: 'json', state: '/nonexistent', repository: { url: 'git@h:p' } });
  });

  it('names the key, line and column of every mistake', async () => {
    await admin
      .put('/intendant/config')
      .value(DOCUMENT.replace('url:', 'urll:') + 'ssh: { knownHostsFile: known_hosts }\n');

    const { message } = await errorOf(loadDaemonConfig(options()));

    expect(message).toContain('etcd key /intendant/config:7:24: a path in etcd must be absolute');
    await admin.put('/intendant/config').value(DOCUMENT.replace('url:', 'urll:'));
    expect((await errorOf(loadDaemonConfig(options()))).message).toMatch(
      /etcd key \/intendant\/config:6:3: unknown field `urll`/,
    );
  });

  it('says nothing where the key is not there', async () => {
    await admin.delete().key('/intendant/config');

    const error = await errorOf(loadDaemonConfig(options()));

    expect(error.code).toBe('CONFIG_INCOMPLETE');
  });

  it('is refused with another key or a wrong password, which is not repeated', async () => {
    const other = await errorOf(
      loadDaemonConfig(options({ environment: { ...environment, INTENDANT_CONFIG_KEY: '/x' } })),
    );
    const wrong = await errorOf(
      loadDaemonConfig(options({ environment: { ...environment, ETCD_PASSWORD: 'hunter2' } })),
    );

    expect(other).toMatchObject({ code: 'CONFIG_UNREADABLE', message: expect.stringContaining('etcd key /x') });
    expect(wrong).toMatchObject({ code: 'CONFIG_UNREADABLE', hint: expect.stringContaining('ETCD_PASSWORD') });
    expect(JSON.stringify(wrong) + String(wrong.stack)).not.toContain('hunter2');
  });

  it('is waited for no longer than a call, and may be tried again', async () => {
    const error = await errorOf(loadDaemonConfig(options({ environment: { ETCD_MACHINES: 'http://127.0.0.1:1' } })));

    expect(error).toMatchObject({ code: 'CONFIG_UNREACHABLE', disposition: 'Transient' });
    expect(error.message).toContain('http://127.0.0.1:1 (ETCD_MACHINES)');
  });

  it.each([
    [{ ETCD_MACHINES: '10.0.0.1:2379' }, /ETCD_MACHINES: must be URLs/],
    [{ ETCD_MACHINES: 'http://a:1,https://b:1' }, /ETCD_MACHINES: all must be http, or all https/],
    [{ ETCD_MACHINES: 'http://u:hunter2@a:1' }, /ETCD_MACHINES: must be URLs/],
    [{ ETCD_MACHINES: 'http://a:1', ETCD_USERNAME: 'u' }, /ETCD_USERNAME: set, but ETCD_PASSWORD is not/],
    [{ ETCD_MACHINES: 'http://a:1', ETCD_TLSKEY: '/k' }, /ETCD_TLSKEY: set, but ETCD_TLSPEM is not/],
    [{ ETCD_MACHINES: 'http://a:1', ETCD_CACERT: '/nowhere' }, /ETCD_CACERT names \/nowhere, which cannot be read/],
  ])('refuses %j, naming the variable', async (wrong, expected) => {
    const { message } = await errorOf(loadDaemonConfig(options({ environment: wrong })));

    expect(message).toMatch(expected);
    expect(message).not.toContain('hunter2');
  });
});
