import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDaemonConfig, mergeConfig, type LoadOptions } from '../../../reconciler/config/load.ts';

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

  it('says at the start that a password for sudo is not there, or is said twice', async () => {
    await writeFile(join(folder, 'sudo'), 'secret\n');
    const identity = (fields: string): string =>
      `${MINIMAL}ssh: { identities: { default: { agent: true, ${fields} } } }\n`;

    const config = await load(identity('sudoPasswordFile: sudo'));

    expect(config.ssh.identities['default']).toEqual({ agent: true, sudoPasswordFile: join(folder, 'sudo') });
    await expect(load(identity('sudoPasswordEnv: NOT_SET'))).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    await expect(load(identity('sudoPasswordFile: sudo, sudoPasswordEnv: X'))).rejects.toMatchObject({
      code: 'SECRET_AMBIGUOUS',
    });
  });

  it('keeps a credential for the status branch apart', async () => {
    await writeFile(join(folder, 'read'), 'r');
    await writeFile(join(folder, 'write'), 'w');

    const config = await load(`${MINIMAL}  auth:\n    tokenFile: read\nstatus:\n  auth:\n    tokenFile: write\n`);

    expect(config.repository.auth).toEqual({ tokenFile: join(folder, 'read') });
    expect(config.status.auth).toEqual({ tokenFile: join(folder, 'write') });
  });

  it('takes the proxy of the repository for the status branch, unless that has its own', async () => {
    await writeFile(join(folder, 'password'), 'p');
    const proxy = `  proxy: http://proxy:3128\n  proxyAuth: { username: u, passwordFile: password }\n`;

    const shared = await load(MINIMAL + proxy);
    const own = await load(`${MINIMAL}${proxy}status: { proxy: direct }\n`);

    const expected = {
      proxy: 'http://proxy:3128',
      proxyAuth: { username: 'u', passwordFile: join(folder, 'password') },
    };
    expect(shared).toMatchObject({ repository: expected, status: expected });
    expect(own.status).toMatchObject({ proxy: 'direct', proxyAuth: undefined });
  });

  it.each(['http://u:hunter2@proxy:3128', 'ftp://proxy', 'http://proxy/path', 'proxy:3128'])(
    'is refused with the proxy %s, which is not repeated',
    async (proxy) => {
      const message = await messageOf(load(`${MINIMAL}  proxy: ${proxy}\n`));

      expect(message).toMatch(/daemon\.yaml:7:10: `repository\.proxy` must be an http or https URL/);
      expect(message).not.toContain(proxy);
    },
  );

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
      `${join(folder, 'daemon.yaml')}:8:16: repository.auth.tokenFile names ${join(folder, 'token')}, which cannot be read (ENOENT).`,
    );
    expect(await messageOf(load(withVariable))).toBe(
      `${join(folder, 'daemon.yaml')}:8:15: repository.auth.tokenEnv names the environment variable GIT_TOKEN, which is not set.`,
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

    expect(message).toContain('--fleet: ');
  });
});

describe('whose signatures are believed', () => {
  const KIM = 'kim@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDvkP68XW1bpum0Hftnc1FOqXl5yFTag3+kL5dg5LoeC\n';

  it('is required unless the configuration says otherwise, and read from files beside it', async () => {
    await writeFile(join(folder, 'allowed'), KIM);

    const config = await load(`${MINIMAL}  signatures: { allowedSignersFile: allowed }\n`);
    const loose = await load(`${MINIMAL}  signatures: { allowedSignersFile: allowed, required: false }\n`);
    const none = await load(MINIMAL);

    expect(config.repository.signatures).toEqual({
      required: true,
      allowedSignersFile: join(folder, 'allowed'),
      openpgpKeysFile: undefined,
      forgeSigners: [],
    });
    expect(loose.repository.signatures?.required).toBe(false);
    expect(none.repository).not.toHaveProperty('signatures');
  });

  it.each([
    ['{}', '', /daemon\.yaml:7:\d+: repository\.signatures names nobody who may sign/],
    [
      '{ allowedSignersFile: none }',
      '',
      /signatures\.allowedSignersFile names .*none, which cannot be read \(ENOENT\)/,
    ],
    ['{ openpgpKeysFile: none }', '', /signatures\.openpgpKeysFile names .*none, which cannot be read \(ENOENT\)/],
    ['{ allowedSignersFile: file }', '\n* ssh-ed25519 AAAA', /file:2: a pattern says of nobody who signed/],
    ['{ openpgpKeysFile: file }', 'x', /holds no armored OpenPGP public key/],
    ['{ openpgpKeysFile: file }', '-----BEGIN PGP PRIVATE KEY BLOCK-----', /holds a private key/],
  ])('must be told by files that can be used: %s', async (signatures, content, message) => {
    await writeFile(join(folder, 'file'), content);

    const failed = await messageOf(load(`${MINIMAL}  signatures: ${signatures}\n`));

    expect(failed).toMatch(message);
  });
});

describe('several sources', () => {
  const layered = async (files: { system: string; named: string }, more: Partial<LoadOptions> = {}) => {
    await mkdir(join(folder, 'etc'));
    await writeFile(join(folder, 'etc/intendant.yaml'), files.system);
    await writeFile(join(folder, 'named.yaml'), files.named);
    return options({ systemFile: join(folder, 'etc/intendant.yaml'), file: 'named.yaml', ...more });
  };

  it('lie over one another: the machine, the named file, variables, flags, each with paths from its own place', async () => {
    const system = `${MINIMAL}  branch: system\n  poll: 5m\n  path: system\nhaltFile: halt\ndrain: 9s\n`;
    const named = 'apiVersion: intendant/v1\nkind: Daemon\nrepository:\n  branch: named\n  poll: 4m\n  path: named\n';
    const environment = { INTENDANT_REPOSITORY_BRANCH: 'variable', INTENDANT_REPOSITORY_POLL: '3m' };
    const flags = { set: ['repository.poll=2m'] };

    const config = await loadDaemonConfig(await layered({ system, named }, { environment, flags }));

    expect(config).toMatchObject({
      state: join(folder, 'etc/state'),
      haltFile: join(folder, 'etc/halt'),
      drainMs: 9000,
      repository: { url: 'https://git.example.org/ops/fleet.git', path: 'named', branch: 'variable', pollMs: 120_000 },
    });
  });

  it('name themselves in every mistake, also in one that a stronger source covers', async () => {
    const named = 'apiVersion: intendant/v1\nkind: Daemon\nfleet: Named!\n';
    const environment = { INTENDANT_DRAIN: 'soon', INTENDANT_SSH_MAX_CONCURRENT_STARTS: '0' };
    const sources = await layered(
      { system: MINIMAL.replace('  url:', '  urll:'), named },
      { environment, flags: { fleet: 'good', set: ['ssh.connectTimeout=x'] } },
    );

    const message = await messageOf(loadDaemonConfig(sources));

    expect(message).toContain('has 5 mistakes');
    expect(message).toMatch(/etc\/intendant\.yaml:6:3: unknown field `urll`, did you mean `url`/);
    expect(message).toMatch(/named\.yaml:3:8: `fleet` must be/);
    expect(message).toMatch(/ INTENDANT_DRAIN: `drain` must be/);
    expect(message).toMatch(/ INTENDANT_SSH_MAX_CONCURRENT_STARTS: .*an integer from 1 to 1000, found 0/);
    expect(message).toMatch(/ --set ssh\.connectTimeout: `ssh\.connectTimeout` must be/);
  });

  it('say where something is missing', async () => {
    const named = 'apiVersion: intendant/v1\nkind: Daemon\nrepository:\n  branch: x\n';

    const message = await messageOf(loadDaemonConfig(await layered({ system: named, named })));

    expect(message).toContain('`fleet` is missing');
    expect(message).toMatch(/named\.yaml:3:1: `repository\.url` is missing/);
  });

  it('need no file of the machine, and read none twice', async () => {
    await writeFile(join(folder, 'daemon.yaml'), MINIMAL);
    const missing = await mergeConfig(options({ systemFile: join(folder, 'nowhere.yaml'), file: 'daemon.yaml' }));
    const same = await mergeConfig(options({ systemFile: join(folder, 'daemon.yaml'), file: 'daemon.yaml' }));

    expect(missing.sources.slice(0, 2)).toEqual([
      { source: join(folder, 'nowhere.yaml'), found: false },
      { source: join(folder, 'daemon.yaml'), found: true },
    ]);
    expect(same.sources.filter(({ source }) => source.endsWith('.yaml'))).toHaveLength(1);
  });

  it('need a file of the machine to be of the right kind', async () => {
    const message = await messageOf(loadDaemonConfig(await layered({ system: 'fleet: x\n', named: MINIMAL })));

    expect(message).toMatch(/intendant\.yaml:1:1: `apiVersion` is missing/);
    expect(message).toMatch(/intendant\.yaml:1:1: `kind` is missing/);
  });

  it('choose one way to say a credential: the stronger source, whichever way that is', async () => {
    await mkdir(join(folder, 'etc'), { recursive: true });
    await writeFile(join(folder, 'etc/token'), 't');
    const system = `${MINIMAL}  auth: { tokenFile: token }\nssh: { identities: { default: { keyEnv: K, passphraseEnv: P, sudoPasswordFile: sudo } } }\n`;
    await writeFile(join(folder, 'etc/intendant.yaml'), system);
    await writeFile(join(folder, 'etc/sudo'), 's');
    const environment = { INTENDANT_REPOSITORY_AUTH_TOKEN_ENV: 'TOKEN', TOKEN: 'u', S: 's' };

    const config = await loadDaemonConfig(
      options({
        systemFile: join(folder, 'etc/intendant.yaml'),
        environment,
        flags: { set: ['ssh.identities.default.agent=true', 'ssh.identities.default.sudoPasswordEnv=S'] },
      }),
    );

    expect(config.repository.auth).toEqual({ tokenEnv: 'TOKEN' });
    expect(config.ssh.identities).toEqual({ default: { agent: true, sudoPasswordEnv: 'S' } });
  });

  it('take away with an empty value what a weaker one says', async () => {
    const system = `${MINIMAL}store: { etcd: { endpoints: [http://127.0.0.1:1] } }\n`;
    const named = 'apiVersion: intendant/v1\nkind: Daemon\nstore:\n  etcd:\n';

    const config = await loadDaemonConfig(await layered({ system, named }));

    expect(config.store).toEqual({ type: 'embedded' });
  });

  it('are enough without any file', async () => {
    const environment = { INTENDANT_REPOSITORY_URL: './fleet', INTENDANT_FLEET: 'prod', INTENDANT_STATE: 'here' };

    const config = await loadDaemonConfig(options({ environment }));

    expect(config).toMatchObject({
      fleet: 'prod',
      state: join(folder, 'here'),
      repository: { url: join(folder, 'fleet') },
    });
  });
});
