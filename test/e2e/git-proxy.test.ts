import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDaemon } from '../support/cli.ts';
import { document } from '../support/documents.ts';
import { makeCertificates } from '../support/etcd.ts';
import { startForwardProxy, type ForwardProxy } from '../support/forward-proxy.ts';
import { startGitHttp, type GitHttpServer } from '../support/git-http.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

describeWith(['git', 'git-http-backend', 'openssl'], 'a daemon whose git server stands behind a proxy', () => {
  let scenario: Scenario;
  let server: GitHttpServer;
  let proxy: ForwardProxy;
  let tokenFile: string;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'git-proxy-'));
    const tls = makeCertificates(folder, 'git.internal');
    tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'first-token\n');
    scenario = await startScenario({
      clusters: { web: 1 },
      serve: async (bare) => {
        execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true']);
        const certificate = { key: readFileSync(tls.keyFile, 'utf8'), cert: readFileSync(tls.certFile, 'utf8') };
        server = await startGitHttp(dirname(bare), { tls: certificate });
        server.requireCredentials('x-access-token', 'first-token');
        proxy = await startForwardProxy({ 'git.internal:443': Number(new URL(server.url).port) });
        return {
          url: `https://git.internal/${basename(bare)}`,
          options: { poll: '300ms', caFile: tls.caFile, auth: { tokenFile } },
          stop: () => server.close(),
        };
      },
    });
  });
  afterEach(async () => {
    await scenario.stop();
    await proxy.close();
    rmSync(folder, { recursive: true });
  });

  it('goes through it, trusts the private authority, and takes up a rotated token without a restart', async () => {
    scenario.start((config) => startDaemon(config, { env: { HTTPS_PROXY: proxy.url.replace('//', '//us:hunter2@') } }));
    await scenario.untilHosts(['web-1'], 'active');
    server.requireCredentials('x-access-token', 'second-token');
    const script = { type: 'run', target: { cluster: 'web' }, script: 'true' };
    await scenario.repo.push({ 'ops/after.yaml': document('Operation', 'after', script) }, 'after the rotation');
    await scenario.daemon.waitFor(/does not accept our credential \(401\)/);

    writeFileSync(tokenFile, 'second-token\n');

    await scenario.untilPhase('after', ['Succeeded']);
    expect(new Set(proxy.asked)).toEqual(new Set(['git.internal:443']));
    expect(scenario.daemon.log()).not.toMatch(/hunter2|first-token|second-token/);
  });
});
