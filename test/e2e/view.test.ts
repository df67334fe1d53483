import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'bcryptjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cli, watchDaemon, type Daemon } from '../support/cli.ts';
import { restartDocument } from '../support/documents.ts';
import { makeCertificates, startEtcd, type EtcdTls, type TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { startGitHttp } from '../support/git-http.ts';
import { describeWith } from '../support/real-parts.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

const BIN = join(import.meta.dirname, '../../dist/cli/bin.js');
const PATH = '2f1c9f0e8a7b4d6c95e3a1b08d7f6c24';
const SECRET = 'a secret of the forge';
const PASSWORD = 'correct horse';

interface Answer {
  status: number;
  text: string;
  json(): unknown;
}

interface Asking {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  ca?: Buffer;
}

function ask(url: string, { body, ...options }: Asking = {}): Promise<Answer> {
  const send = url.startsWith('https') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = send(url, { agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode!, text, json: () => JSON.parse(text) as unknown }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Opens a stream of events; `ended` resolves when the server ends it properly, and rejects when it is cut. */
async function follow(url: string, options: Asking): Promise<{ ended: Promise<void> }> {
  const send = url.startsWith('https') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    send(url, { agent: false, ...options }, (response) => {
      const ended = new Promise<void>((end, cut) => response.on('end', end).on('error', cut).resume());
      ended.catch(() => undefined);
      resolve({ ended });
    })
      .on('error', reject)
      .end();
  });
}

/** Where a process says that it serves the view. */
async function viewUrl(process: Daemon): Promise<string> {
  await process.waitFor(/the view is served/);
  return /"url":"(https?:[^"]+)"/.exec(process.log())![1]!;
}

describeWith(['etcd', 'openssl'], 'the view of a daemon that works', () => {
  let etcd: TestEtcd;
  let folder: string;
  let tls: EtcdTls;
  let scenario: Scenario;
  let url: string;
  let copies: Daemon[];
  let urls: string[];
  let signedIn: Asking;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-view-e2e-'));
    tls = makeCertificates(folder, 'localhost');
    writeFileSync(join(folder, 'users.json'), JSON.stringify({ ann: { hash: await hash(PASSWORD, 10) } }));
    writeFileSync(join(folder, 'hook.secret'), SECRET);
    etcd = await startEtcd();
    scenario = await startScenario({
      clusters: { web: 3 },
      rebootMs: 1500,
      store: { etcd: { endpoints: [etcd.endpoint] } },
      // Reached over HTTP and hardly ever asked: what happens at once happens because of the webhook.
      serve: async (bare) => {
        const server = await startGitHttp(bare);
        return { url: server.url, options: { poll: '10m' }, stop: () => server.close() };
      },
      view: {
        listen: '127.0.0.1:0',
        tls: { certFile: tls.certFile, keyFile: tls.keyFile },
        signIn: { authenticators: [{ type: 'basic', usersFile: join(folder, 'users.json') }] },
        hook: { path: PATH, secretFile: join(folder, 'hook.secret') },
      },
    });
    const authorization = `Basic ${Buffer.from(`ann:${PASSWORD}`).toString('base64')}`;
    signedIn = { headers: { authorization }, ca: readFileSync(tls.caFile) };
    url = await viewUrl(scenario.start());
    copies = [1, 2].map(() => watchDaemon([BIN, 'view', '--config', scenario.configPath]));
    urls = [url, ...(await Promise.all(copies.map(viewUrl)))];
    await scenario.untilHosts(scenario.hosts('web'), 'active');
  });
  afterAll(async () => {
    await Promise.all(copies.map((copy) => copy.kill()));
    await scenario.stop();
    await etcd.stop();
    rmSync(folder, { recursive: true });
  });

  it('says the same of the fleet as two copies beside it, to who signs in', async () => {
    await Promise.all(
      urls.map((each) => eventually(async () => (await ask(`${each}/readyz`, signedIn)).status === 200)),
    );

    const answers = await Promise.all(urls.map((each) => ask(`${each}/api/v0/cluster/web/hosts/`, signedIn)));

    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.json()).toEqual(['10.0.0.0', '10.0.0.1', '10.0.0.2']);
    }
    expect((await ask(`${url}/metrics`, signedIn)).text).toContain('intendant_hosts');
  });

  it('tells nothing to who does not sign in, or does not speak TLS', async () => {
    const ca = signedIn.ca!;
    const wrong = { ca, headers: { authorization: `Basic ${Buffer.from('ann:wrong').toString('base64')}` } };

    expect((await ask(`${url}/api/v0/hosts/`, { ca })).status).toBe(403);
    expect((await ask(`${url}/metrics`, { ca })).status).toBe(401);
    expect((await ask(`${url}/metrics`, wrong)).status).toBe(401);
    await expect(ask(`${url.replace('https', 'http')}/api/v0/hosts/`, signedIn)).rejects.toThrow();
  });

  it('acts on a push at once when the forge calls the webhook, and every copy shows what comes of it', async () => {
    const restart = restartDocument('restart-web', 'web', { rollout: { batches: 1 } });
    const commit = await scenario.repo.push({ 'operations/restart-web.yaml': restart }, 'restart');
    const body = JSON.stringify({ ref: 'refs/heads/main', after: commit });
    const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
    const call = { method: 'POST', body, ca: signedIn.ca! };

    const unsigned = await ask(`${url}/hook/${PATH}`, call);
    const signed = await ask(`${url}/hook/${PATH}`, { ...call, headers: { 'x-hub-signature-256': signature } });
    await scenario.daemon.waitFor(new RegExp(`${commit}.*revision accepted`), 10_000);

    expect([unsigned.status, signed.status]).toEqual([403, 202]);
    for (const each of urls) {
      const seen = await eventually(
        async () => {
          const { status, json } = await ask(`${each}/api/v0/cluster/web/restart`, signedIn);
          return status === 200 && (json() as { status: string }).status === 'finished' ? json() : undefined;
        },
        { timeoutMs: 60_000, everyMs: 200 },
      );
      expect(seen).toMatchObject({ name: 'web', restarted: ['10.0.0.0', '10.0.0.1', '10.0.0.2'] });
    }
    for (const copy of copies) await copy.waitFor(new RegExp(`${commit}.*the view shows a new revision`));
  });

  it('stops at once when it is asked to, with streams open, and ends them properly', async () => {
    const [copy] = copies as [Daemon];
    const streams = await Promise.all([
      follow(`${urls[0]!}/api/v1/events`, signedIn),
      follow(`${urls[1]!}/api/v1/events`, signedIn),
    ]);
    const started = performance.now();

    const codes = await Promise.all([scenario.daemon.kill(), copy.kill()]);

    expect(codes).toEqual([0, 0]);
    expect(performance.now() - started).toBeLessThan(10_000);
    await Promise.all(streams.map(({ ended }) => ended));
    expect((await ask(`${urls[2]!}/healthz`, signedIn)).status).toBe(200);
  });
});

describe('a view that others could read', () => {
  let scenario: Scenario | undefined;

  afterEach(() => scenario?.stop());

  it('does not start, and says what to write', async () => {
    scenario = await startScenario({ clusters: { web: 1 }, view: { listen: '0.0.0.0:0' } });

    const { code, stderr } = await cli(['run', '--config', scenario.configPath]);

    expect(code).toBe(1);
    expect(stderr).toContain('view.listen is 0.0.0.0:0, which others can reach');
    expect(stderr).toContain('authenticators: [{type: basic, usersFile: /etc/intendant/users.json}]');
  });

  it('is not served beside a daemon whose store has room for one process, and says what to do', async () => {
    scenario = await startScenario({ clusters: { web: 1 } });

    const { code, stderr } = await cli(['view', '--config', scenario.configPath]);

    expect(code).toBe(1);
    expect(stderr).toContain('embedded store, which one process owns');
    expect(stderr).toContain('view: {}');
  });

  it('is read on this machine without more, once it is on', async () => {
    scenario = await startScenario({ clusters: { web: 1 }, view: { listen: '127.0.0.1:0' } });
    const url = await viewUrl(scenario.start());

    const hosts = await eventually(async () => {
      const answer = await ask(`${url}/api/v0/hosts/`);
      return answer.status === 200 && (answer.json() as unknown[]).length === 1 ? answer.json() : undefined;
    });

    expect(hosts).toMatchObject([{ address: '10.0.0.0' }]);
    expect((await ask(`${url}/api/v0/hosts/`, { headers: { host: 'evil.example' } })).status).toBe(421);
    const shown = await cli(['config', '--config', scenario.configPath, '-o', 'yaml']);
    expect(parse(shown.stdout)).toMatchObject({ config: { view: { listen: '127.0.0.1:0' } } });
  });
});
