import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';
import { freePort } from './sshd.ts';
import { requirePart } from './real-parts.ts';

const run = promisify(execFile);

export interface Keystone {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  admin: { name: string; password: string };
  /** Asks the identity API, with a token where one is given. */
  api(method: string, path: string, body?: object, token?: string): Promise<Response>;
  /** Stops the server; what it knows stays. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** The real Keystone with a database and keys of its own, in a temporary folder. Preparing it takes about 15 seconds. */
export async function startKeystone(): Promise<Keystone> {
  const manage = requirePart('keystone');
  const folder = mkdtempSync(join(tmpdir(), 'intendant-keystone-'));
  const admin = { name: 'admin', password: 'boot: strap' };
  const config = writeConfig(folder);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const keystone = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<unknown> =>
    run(manage, ['--config-file', config, ...args], { env: { ...process.env, ...env }, cwd: folder });
  const owner = ['--keystone-user', userName(), '--keystone-group', userName()];
  await Promise.all([
    keystone(['db_sync']),
    keystone(['fernet_setup', ...owner]),
    keystone(['credential_setup', ...owner]),
  ]);
  await keystone(['bootstrap'], { OS_BOOTSTRAP_PASSWORD: admin.password });
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    // One worker: sqlite locks where there are more.
    const options = [
      '--plugin',
      'python3',
      '--wsgi-file',
      '/usr/bin/keystone-wsgi-public',
      '--processes',
      '1',
      '--die-on-term',
    ];
    server = spawn('uwsgi', ['--http-socket', `127.0.0.1:${port}`, '--threads', '1', ...options], {
      env: { ...process.env, OS_KEYSTONE_CONFIG_FILES: config },
      cwd: folder,
      stdio: 'ignore',
    });
    await eventually(async () => (await fetch(`${url}/v3`)).ok, { timeoutMs: 60_000, everyMs: 100 });
  }

  async function kill(): Promise<void> {
    const running = server;
    server = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  }

  await start();
  return {
    url,
    admin,
    api: (method, path, body, token) =>
      fetch(`${url}/v3${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...(token !== undefined && { 'x-auth-token': token }) },
        ...(body && { body: JSON.stringify(body) }),
      }),
    start,
    kill,
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeConfig(folder: string): string {
  for (const name of ['fernet', 'credential']) mkdirSync(join(folder, name), { mode: 0o700 });
  const file = join(folder, 'keystone.conf');
  const lines = [
    '[DEFAULT]',
    'use_stderr = true',
    '[database]',
    `connection = sqlite:///${join(folder, 'keystone.db')}`,
    '[token]',
    'provider = fernet',
    '[fernet_tokens]',
    `key_repository = ${join(folder, 'fernet')}`,
    '[credential]',
    `key_repository = ${join(folder, 'credential')}`,
    '[identity]',
    'password_hash_rounds = 4',
    '',
  ];
  writeFileSync(file, lines.join('\n'));
  return file;
}

/** Whose the keys are: ours. */
function userName(): string {
  const uid = process.getuid?.() ?? 0;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.split(':')[2] === String(uid));
  return line?.split(':')[0] ?? 'root';
}
