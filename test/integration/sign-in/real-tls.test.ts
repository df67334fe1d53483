import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../reconciler/model/clock.ts';
import { viewApp } from '../../../reconciler/view/http/app.ts';
import type { ViewContext, ViewEnv } from '../../../reconciler/view/http/context.ts';
import { serveView, type ViewServer } from '../../../reconciler/view/http/server.ts';
import type { SignInSettings } from '../../../reconciler/view/sign-in/settings.ts';
import { describeWith } from '../../support/real-parts.ts';
import { makeAuthority, type Authority } from '../../support/sign-in/certificates.ts';
import { basicHeader } from '../../support/sign-in/requests.ts';
import { settingsOf, signInWith, type SeenSignIn } from '../../support/sign-in/sign-ins.ts';
import { silentLog } from '../../support/silent-log.ts';

/** Cost of the hashes that Commissaire's users.json has. */
const COST = 12;

describeWith(['openssl'], 'Signing in over TLS', () => {
  let folder: string;
  let authority: Authority;
  let certificate: { certFile: string; keyFile: string };
  let server: ViewServer | undefined;
  let seen: SeenSignIn;
  let stopping: AbortController;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-sign-in-tls-'));
    authority = makeAuthority(folder);
    certificate = authority.issue('/CN=localhost');
  });
  afterEach(async () => {
    stopping.abort(new Error('over'));
    await server?.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The view over TLS, with certificates of clients where they want to show one. */
  async function serve(settings: SignInSettings): Promise<void> {
    stopping = new AbortController();
    seen = await signInWith(settings);
    const context: Partial<ViewContext> = { clock: systemClock, log: silentLog, stopping: stopping.signal };
    const apiV1 = new Hono<ViewEnv>().get('/who', (c) => c.json(c.get('principal')));
    const apiV0 = new Hono<ViewEnv>().get('/hosts', (c) => c.json([]));
    const app = viewApp(context as ViewContext, { parts: { apiV0, apiV1, signIn: seen.signIn } });
    const tls = { ...certificate, clientCaFile: authority.caFile, clientCertificates: 'optional' as const };
    server = await serveView({ app, address: '127.0.0.1', port: 0, tls, clock: systemClock, log: silentLog });
  }

  function ask(
    path: string,
    options: RequestOptions = {},
  ): Promise<{ status: number; body: string; challenge: string }> {
    return new Promise((resolve, reject) => {
      const ca = readFileSync(authority.caFile);
      const sent = request(`${server!.url}${path}`, { agent: false, ca, ...options }, (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (part: string) => (body += part));
        answer.on('end', () => {
          resolve({ status: answer.statusCode!, body, challenge: answer.headers['www-authenticate'] ?? '' });
        });
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  const shown = ({ certFile, keyFile }: { certFile: string; keyFile: string }): RequestOptions => ({
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  });
  const who = async (options: RequestOptions): Promise<unknown> => {
    const { status, body } = await ask('/api/v1/who', options);
    return status === 200 ? JSON.parse(body) : status;
  };

  it('knows people by certificates of its authority, with the names that may sign in, and by no other', async () => {
    const credsReaders = { users: ['mallory'], groups: [], commonNames: ['backup.example.org'] };
    const commonNames = ['ann', 'backup.example.org', 'mallory'];
    await serve(settingsOf([{ type: 'clientCertificate', commonNames }], { credsReaders }));

    const answers = [
      await who(shown(authority.issue('/CN=ann'))),
      await who(shown(authority.issue('/O=ops/CN=backup.example.org'))),
      await who(shown(authority.issue('/CN=mallory'))),
      await who(shown(authority.issue('/CN=bob'))),
      await who(shown(authority.issue('/O=ann'))),
      await who(shown(authority.issue('/CN=bob/CN=ann'))),
      await who(shown(makeAuthority(folder).issue('/CN=ann'))),
      await who({}),
    ];

    const by = 'clientCertificate';
    expect(answers).toEqual([
      { name: 'ann', roles: ['viewer'], by },
      { name: 'backup.example.org', roles: ['viewer', 'creds-reader'], by },
      { name: 'mallory', roles: ['viewer'], by },
      ...Array(5).fill(403),
    ]);
  });

  it('takes the users file of Commissaire, with a certificate or a password, and answers its paths as it did', async () => {
    const usersFile = join(folder, 'users.json');
    writeFileSync(usersFile, JSON.stringify({ a: { hash: hashSync('a:b', COST).replace('$2b$', '$2a$') } }));
    await serve(settingsOf([{ type: 'clientCertificate' }, { type: 'basic', usersFile }]));

    const [password, wrong, none, old] = [
      await who({ headers: basicHeader('a', 'a:b') }),
      await who({ headers: basicHeader('a', 'a') }),
      await ask('/api/v1/who'),
      await ask('/api/v0/hosts'),
    ];

    expect(password).toEqual({ name: 'a', roles: ['viewer'], by: 'basic' });
    expect(wrong).toBe(401);
    expect([none.status, none.challenge]).toEqual([401, 'Basic realm="intendant", charset="UTF-8"']);
    expect([old.status, old.body, old.challenge]).toEqual([403, 'Forbidden', '']);
  });

  it('does not hold up the event loop while passwords are compared, and takes as long for names that it does not know', async () => {
    await serve(settingsOf([{ type: 'basic', users: { ann: { hash: hashSync('right', COST) } } }]));
    await who({ headers: basicHeader('ann', 'warm up') });
    const timed = async (user: string): Promise<number> => {
      const began = performance.now();
      await seen.signIn.authenticate(requestOf(user));
      return performance.now() - began;
    };
    const before = performance.eventLoopUtilization();

    const known: number[] = [];
    const unknown: number[] = [];
    for (let each = 0; each < 3; each += 1) {
      known.push(await timed('ann'));
      unknown.push(await timed(`nobody-${each}`));
    }
    const { utilization } = performance.eventLoopUtilization(before);

    // It would be busy all the time if it compared itself; how late its timers are says more of the machine.
    expect(utilization).toBeLessThan(0.4);
    expect(Math.min(...known)).toBeGreaterThan(100);
    expect(Math.min(...unknown) / Math.min(...known)).toBeGreaterThan(0.3);
    expect(Math.min(...unknown) / Math.min(...known)).toBeLessThan(3);
  });

  it('costs a dashboard one comparison, however often it asks', async () => {
    await serve(settingsOf([{ type: 'basic', users: { ann: { hash: hashSync('right', COST) } } }]));
    const headers = basicHeader('ann', 'right');
    const began = performance.now();
    await who({ headers });
    const first = performance.now() - began;

    const again = performance.now();
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask('/api/v1/who', { headers })));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((performance.now() - again) / 30).toBeLessThan(first);
  });

  function requestOf(user: string): Parameters<SeenSignIn['signIn']['authenticate']>[0] {
    const headers = new Headers(basicHeader(user, 'wrong'));
    const { signal } = new AbortController();
    return { method: 'GET', path: '/', headers, remoteAddress: '192.0.2.1', tls: true, signal };
  }
});
