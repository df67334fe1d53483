import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDaemonConfig, type LoadOptions } from '../../../reconciler/config/load.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intendant-config-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const MINIMAL = `apiVersion: intendant/v1
kind: Daemon
fleet: prod
state: state
repository:
  url: https://git.example.org/ops/fleet.git
`;

function options(more: Partial<LoadOptions> = {}): LoadOptions {
  return { environment: {}, workingFolder: folder, defaultState: '/var/lib/intendant', ...more };
}

async function load(
  text: string,
  more: Partial<LoadOptions> = {},
): Promise<Awaited<ReturnType<typeof loadDaemonConfig>>> {
  await writeFile(join(folder, 'daemon.yaml'), text);
  return loadDaemonConfig(options({ file: 'daemon.yaml', ...more }));
}

async function messageOf(loading: Promise<unknown>): Promise<string> {
  return loading.then(
    () => 'nothing was wrong',
    (error: Error) => error.message,
  );
}

describe('a configuration file', () => {
  it('fills in the defaults, and the status remote from the repository', async () => {
    const config = await load(MINIMAL);

    expect(config).toMatchObject({
      fleet: 'prod',
      state: join(folder, 'state'),
      repository: { url: 'https://git.example.org/ops/fleet.git', branch: 'main', path: '', pollMs: 30_000 },
      status: { url: 'https://git.example.org/ops/fleet.git' },
      store: { type: 'embedded' },
      drainMs: 5000,
      ssh: { identities: {}, maxConcurrentStarts: 20, connectTimeoutMs: 10_000, dialMap: {}, hostKeyMap: {} },
    });
  });

  it('reads paths from its own folder, and leaves git addresses alone', async () => {
    await writeFile(join(folder, 'key'), 'a key');
    const local = MINIMAL.replace('https://git.example.org/ops/fleet.git', '../fleet');

    const config = await load(`${local}ssh:\n  identities:\n    default:\n      keyFile: key\n`);

    expect(config.repository.url).toBe(join(folder, '..', 'fleet'));
    expect(config.ssh.identities['default']).toEqual({ keyFile: join(folder, 'key') });
    const remote = await load(
      MINIMAL.replace('https://git.example.org/ops/fleet.git', 'git@git.example.org:ops/fleet'),
    );
    expect(remote.repository.url).toBe('git@git.example.org:ops/fleet');
  });

  it('keeps a credential for the status branch apart', async () => {
    await writeFile(join(folder, 'read'), 'r');
    await writeFile(join(folder, 'write'), 'w');

    const config = await load(`${MINIMAL}  auth:\n    tokenFile: read\nstatus:\n  auth:\n    tokenFile: write\n`);

    expect(config.repository.auth).toEqual({ tokenFile: join(folder, 'read') });
    expect(config.status.auth).toEqual({ tokenFile: join(folder, 'write') });
  });

  it('reads the password of etcd from the environment and never shows it', async () => {
    const etcd =
      'store:\n  etcd:\n    endpoints: [http://127.0.0.1:2379]\n    username: u\n    passwordEnv: ETCD_PASSWORD\n';

    const config = await load(MINIMAL + etcd, { environment: { ETCD_PASSWORD: 'hunter2' } });

    expect(config.store).toMatchObject({ type: 'etcd', endpoints: ['http://127.0.0.1:2379'], username: 'u' });
    expect(config.store.type === 'etcd' && config.store.password?.reveal()).toBe('hunter2');
    expect(JSON.stringify(config) + inspect(config, { depth: 9 })).not.toContain('hunter2');
  });

  it('is refused with every mistake at its line and column', async () => {
    const text = MINIMAL.replace('fleet: prod', 'fleet: Prod!').replace('  url:', '  urll:');

    const message = await messageOf(load(text));

    expect(message).toContain('has 2 mistakes');
    expect(message).toContain(`${join(folder, 'daemon.yaml')}:3:8: `);
    expect(message).toMatch(/daemon\.yaml:6:3: .*urll.*did you mean `url`/);
  });

  it('is refused when it is not YAML, at the line that is not', async () => {
    const message = await messageOf(load('fleet: [a\nstate: b\n'));

    expect(message).toMatch(/daemon\.yaml:\d+:\d+: /);
  });

  it.each([
    ['is empty', '', 'one document'],
    ['holds two documents', `${MINIMAL}---\n${MINIMAL}`, '2 documents'],
    ['is a list', '- a\n', 'daemon.yaml:1:1'],
  ])('is refused when it %s', async (_, text, expected) => {
    expect(await messageOf(load(text))).toContain(expected);
  });

  it('is refused when it does not exist', async () => {
    await expect(loadDaemonConfig(options({ file: 'nowhere.yaml' }))).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
    });
  });

  it('is refused when a secret that it names is not there, naming the place', async () => {
    const withFile = `${MINIMAL}  auth:\n    tokenFile: token\n`;
    const withVariable = `${MINIMAL}  auth:\n    tokenEnv: GIT_TOKEN\n`;

    expect(await messageOf(load(withFile))).toBe(
      `repository.auth.tokenFile names ${join(folder, 'token')}, which cannot be read (ENOENT).`,
    );
    expect(await messageOf(load(withVariable))).toBe(
      'repository.auth.tokenEnv names the environment variable GIT_TOKEN, which is not set.',
    );
  });

  it('is refused when a secret is given twice', async () => {
    await writeFile(join(folder, 'token'), 't');
    const text = `${MINIMAL}  auth:\n    tokenFile: token\n    tokenEnv: GIT_TOKEN\n`;

    await expect(load(text, { environment: { GIT_TOKEN: 't' } })).rejects.toMatchObject({ code: 'SECRET_AMBIGUOUS' });
  });
});

describe('flags', () => {
  it('win over the file, with paths from the working folder', async () => {
    const flags = { repo: './fleet', branch: 'next', fleet: 'test', state: 'elsewhere', etcd: ['http://127.0.0.1:1'] };

    const config = await load(MINIMAL, { flags });

    expect(config).toMatchObject({
      fleet: 'test',
      state: join(folder, 'elsewhere'),
      repository: { url: join(folder, 'fleet'), branch: 'next' },
      store: { type: 'etcd', endpoints: ['http://127.0.0.1:1'] },
    });
  });

  it('are enough without a file, with the agent as identity where there is one', async () => {
    const flags = { repo: 'git@git.example.org:ops/fleet', fleet: 'test' };

    const config = await loadDaemonConfig(options({ flags, environment: { SSH_AUTH_SOCK: '/run/agent' } }));

    expect(config).toMatchObject({
      state: '/var/lib/intendant',
      store: { type: 'embedded' },
      ssh: { identities: { default: { agent: true } } },
    });
  });

  it('are refused when they do not say enough, naming what is missing', async () => {
    const refused = loadDaemonConfig(options({ flags: { branch: 'main' } }));

    await expect(refused).rejects.toMatchObject({
      code: 'CONFIG_INCOMPLETE',
      message: expect.stringContaining('--repo and --fleet'),
    });
  });

  it('are checked like the file', async () => {
    const message = await messageOf(loadDaemonConfig(options({ flags: { repo: 'git@h:p', fleet: 'No!' } })));

    expect(message).toContain('the command line: ');
  });
});
