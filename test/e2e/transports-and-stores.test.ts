import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rebootsByHost } from '../../reconciler/demo/outages.ts';
import { restartDocument } from '../support/documents.ts';
import { makeCertificates, startEtcd } from '../support/etcd.ts';
import type { TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { startGitHttp } from '../support/git-http.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario } from '../support/scenario.ts';
import type { Scenario, ScenarioOptions, ServedRepository } from '../support/scenario.ts';
import { makeKey, startSshd, stopSshd, testFolder } from '../support/sshd.ts';

let folder: string;
let scenario: Scenario | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'transports-'));
});

afterEach(async () => {
  await scenario?.stop();
  scenario = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** The whole way: two hosts are found active, a restart is pushed, the outcome is a commit in the same repository. */
async function goTheWholeWay(options: Partial<ScenarioOptions>, inTheMiddle = async (): Promise<void> => undefined) {
  scenario = await startScenario({ clusters: { web: 2 }, ...options });
  scenario.start();
  await scenario.untilHosts(scenario.hosts('web'), 'active');

  const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 } });
  const commit = await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');
  await inTheMiddle();

  const done = await scenario.untilPhase('restart-web', ['Succeeded', 'Failed'], 60_000);
  expect(done.status).toBe('Succeeded');
  expect(Object.fromEntries(rebootsByHost(await scenario.fleet.records()))).toEqual({ 'web-1': 1, 'web-2': 1 });
  expect((await scenario.repo.statusCommits())[0]?.message).toContain(`Intendant-Revision: main@sha1:${commit}`);
}

async function overHttps(bare: string): Promise<ServedRepository> {
  execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true']);
  const { caFile, certFile, keyFile } = makeCertificates(folder, 'git');
  const tls = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  const server = await startGitHttp(dirname(bare), { tls });
  server.requireCredentials('jo', 'open sesame');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, 'open sesame\n', { mode: 0o600 });
  return {
    url: `${server.url}/${basename(bare)}`,
    options: { auth: { username: 'jo', passwordFile }, caFile },
    stop: () => server.close(),
  };
}

async function overSsh(bare: string): Promise<ServedRepository> {
  const keys = testFolder();
  const key = makeKey(keys.folder);
  const sshd = await startSshd({ authorizedKeys: [key.publicKey] });
  return {
    url: `ssh://root@${sshd.address}:${sshd.port}${bare}`,
    options: { auth: { keyFile: key.path, hostKeys: [sshd.hostKey] } },
    async stop() {
      await stopSshd(sshd);
      keys.remove();
    },
  };
}

describeWith(['git', 'git-http-backend', 'openssl'], 'a repository over https, with credentials', () => {
  it('is followed and gets its status commits', async () => {
    await goTheWholeWay({ serve: overHttps });
  });
});

describeWith(['git', 'sshd'], 'a repository over ssh, with a deploy key', () => {
  it('is followed and gets its status commits', async () => {
    await goTheWholeWay({ serve: overSsh });
  });
});

describeWith(['git', 'etcd'], 'live state in etcd', () => {
  let etcd: TestEtcd;

  beforeEach(async () => {
    etcd = await startEtcd();
  });

  afterEach(async () => {
    await etcd.stop();
  });

  it('carries an operation over a SIGKILL of the daemon', async () => {
    await goTheWholeWay({ store: { etcd: { endpoints: [etcd.endpoint] } } }, async () => {
      await eventually(async () => (await scenario!.events('down')).length >= 1, { timeoutMs: 60_000 });
      await scenario!.daemon.kill('SIGKILL');
      scenario!.start();
    });
  });
});
