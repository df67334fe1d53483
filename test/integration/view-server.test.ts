import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as requestHttp, type IncomingHttpHeaders } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import { connect, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { systemClock } from '../../reconciler/model/clock.ts';
import { CommitInventory } from '../../reconciler/source/inventory/inventory.ts';
import { viewApp, type ViewParts } from '../../reconciler/view/http/app.ts';
import { signalOf, type ViewContext, type ViewEnv } from '../../reconciler/view/http/context.ts';
import { serveView, type ViewServer, type ViewServerOptions } from '../../reconciler/view/http/server.ts';
import type { SignIn } from '../../reconciler/view/sign-in/sign-in.ts';
import { makeCertificates, type EtcdTls } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { silentLog } from '../support/silent-log.ts';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request of a client that trusts `ca`, over a connection of its own. */
function ask(url: string, options: Record<string, unknown> = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https') ? requestHttps : requestHttp)(
      url,
      { agent: false, ...rest },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Who asks is whose certificate it is; whoever has none is a stranger. */
const byCertificate: SignIn = {
  authenticate: async ({ clientCertificate, remoteAddress, tls }) => {
    const name = clientCertificate?.commonNames[0] ?? `stranger at ${remoteAddress}${tls ? ' over TLS' : ''}`;
    return { principal: { name, roles: ['viewer'], by: 'test' } };
  },
};

describeWith(['openssl'], 'the server of the view', () => {
  let folder: string;
  let server: EtcdTls;
  let renewed: EtcdTls;
  let client: EtcdTls;
  let stranger: EtcdTls;
  let running: ViewServer | undefined;
  let stopping: AbortController;

  const certificates = (name: string, subject: string): EtcdTls => {
    mkdirSync(join(folder, name));
    return makeCertificates(join(folder, name), subject);
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-view-tls-'));
    server = certificates('server', 'localhost');
    renewed = certificates('renewed', 'localhost');
    client = certificates('client', 'ann');
    stranger = certificates('stranger', 'ann');
  });
  afterEach(async () => {
    stopping.abort(new Error('over'));
    await running?.close();
    running = undefined;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Serves a part that says who asked. */
  async function serve(
    given: Partial<ViewServerOptions> = {},
    parts: ViewParts = {},
    deadlineMs = 5000,
  ): Promise<string> {
    stopping = new AbortController();
    const context: Partial<ViewContext> = {
      store: { get: async () => undefined } as unknown as ViewContext['store'],
      cache: { ready: true } as ViewContext['cache'],
      desired: { inventory: CommitInventory.EMPTY },
      clock: systemClock,
      log: silentLog,
      stopping: stopping.signal,
    };
    const apiV1 = new Hono<ViewEnv>()
      .get('/who', (c) => c.text(c.get('principal').name))
      .get('/large', (c) => c.text('x'.repeat(1_000_000)))
      .get('/endless', (c) => {
        const signal = signalOf(c, context as ViewContext);
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('begun\n'));
            signal.addEventListener('abort', () => controller.close(), { once: true });
          },
        });
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      });
    const app = viewApp(context as ViewContext, { parts: { apiV1, signIn: byCertificate, ...parts }, deadlineMs });
    const options = { app, address: '127.0.0.1', port: 0, clock: systemClock, log: silentLog, ...given };
    running = await serveView(options);
    return running.url;
  }

  function withClientCa(clientCertificates: 'optional' | 'required'): Partial<ViewServerOptions> {
    const { certFile, keyFile } = server;
    return { tls: { certFile, keyFile, clientCaFile: client.caFile, clientCertificates } };
  }

  function shown(of: EtcdTls): Record<string, unknown> {
    return { ca: readFileSync(server.caFile), cert: readFileSync(of.certFile), key: readFileSync(of.keyFile) };
  }

  it('answers over HTTP on a free port, and over IPv6', async () => {
    const url = await serve({ address: '::1' });

    const { status, body, headers } = await ask(`${url}/api/v1/who`);

    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect([status, body]).toEqual([200, 'stranger at ::1']);
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  it('answers over TLS to whom trusts its authority, and tells browsers to keep to it', async () => {
    const url = await serve({ tls: { certFile: server.certFile, keyFile: server.keyFile } });

    const { status, headers, body } = await ask(`${url}/api/v1/who`, { ca: readFileSync(server.caFile) });

    expect([status, body]).toEqual([200, 'stranger at 127.0.0.1 over TLS']);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    await expect(ask(`${url}/api/v1/who`, { ca: readFileSync(renewed.caFile) })).rejects.toThrow(/verify|self-signed/);
    await expect(ask(url.replace('https', 'http'))).rejects.toThrow();
  });

  it('does not speak versions of TLS that are broken', async () => {
    const url = await serve({ tls: { certFile: server.certFile, keyFile: server.keyFile } });
    const { port } = new URL(url);

    const attempt = new Promise((resolve, reject) => {
      const options = {
        port: Number(port),
        host: '127.0.0.1',
        maxVersion: 'TLSv1.1' as const,
        minVersion: 'TLSv1' as const,
      };
      const socket = connectTls({ ...options, ciphers: 'ALL@SECLEVEL=0', rejectUnauthorized: false }, () =>
        resolve(socket),
      );
      socket.on('error', reject);
    });

    await expect(attempt).rejects.toThrow();
  });

  it('knows clients by certificates of its authority, and by no others, where they are optional', async () => {
    const url = await serve(withClientCa('optional'));
    const who = async (options: Record<string, unknown>): Promise<string> =>
      (await ask(`${url}/api/v1/who`, options)).body;

    expect(await who(shown(client))).toBe('ann');
    expect(await who(shown(stranger))).toBe('stranger at 127.0.0.1 over TLS');
    expect(await who({ ca: readFileSync(server.caFile) })).toBe('stranger at 127.0.0.1 over TLS');
  });

  it('connects nobody without one where they are required', async () => {
    const url = await serve(withClientCa('required'));

    expect((await ask(`${url}/api/v1/who`, shown(client))).body).toBe('ann');
    await expect(ask(`${url}/api/v1/who`, shown(stranger))).rejects.toThrow();
    await expect(ask(`${url}/api/v1/who`, { ca: readFileSync(server.caFile) })).rejects.toThrow();
  });

  it('takes up new certificates without a restart, and keeps the old where the new do not fit', async () => {
    const live = join(folder, 'live');
    mkdirSync(live, { recursive: true });
    const tls = { certFile: join(live, 'cert.pem'), keyFile: join(live, 'key.pem') };
    const install = (from: EtcdTls, ...names: ('certFile' | 'keyFile')[]): void =>
      names.forEach((name) => copyFileSync(from[name], tls[name]));
    const warned: string[] = [];
    const log = { ...silentLog, warn: (_: unknown, message: string) => void warned.push(message) };
    install(server, 'certFile', 'keyFile');
    const url = await serve({ tls, log, lookMs: 10 });
    const old = { ca: readFileSync(server.caFile) };

    install(renewed, 'certFile');
    await eventually(() => warned.length > 0);
    const between = await ask(`${url}/api/v1/who`, old);
    install(renewed, 'keyFile');
    const after = await eventually(() => ask(`${url}/api/v1/who`, { ca: readFileSync(renewed.caFile) }));

    expect([between.status, after.status]).toEqual([200, 200]);
    expect(warned).toEqual(['the view keeps its old certificate: the new one cannot be used']);
  });

  it('does not know a client any more whose authority was taken away, on the same connection', async () => {
    const clientCaFile = join(folder, 'client-ca.pem');
    copyFileSync(client.caFile, clientCaFile);
    const { certFile, keyFile } = server;
    const url = await serve({ tls: { certFile, keyFile, clientCaFile }, lookMs: 10 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const who = async (): Promise<string> => (await ask(`${url}/api/v1/who`, { ...shown(client), agent })).body;

    const before = await who();
    copyFileSync(stranger.caFile, clientCaFile);

    expect(before).toBe('ann');
    await eventually(async () => (await who()).startsWith('stranger'));
    agent.destroy();
  });

  it('does not start with certificates that cannot be served, and says which', async () => {
    const tls = { certFile: server.certFile, keyFile: renewed.keyFile };
    const noAuthority = { certFile: server.certFile, keyFile: server.keyFile, clientCaFile: server.keyFile };

    await expect(serve({ tls })).rejects.toMatchObject({ code: 'VIEW_TLS' });
    await expect(serve({ tls: noAuthority })).rejects.toThrow(/holds no certificate of an authority/);
    await expect(serve({ tls: { ...tls, certFile: '/nowhere/cert.pem' } })).rejects.toThrow(
      /view.tls.certFile.*ENOENT/,
    );
  });

  it('does not start where somebody else listens', async () => {
    const url = await serve();
    const taken = Number(new URL(url).port);
    const first = running!;

    const attempt = serve({ port: taken });

    await expect(attempt).rejects.toMatchObject({ code: 'VIEW_LISTEN' });
    await first.close();
  });

  it('goes on where connections cannot be taken for a while, and says so', async () => {
    const warned: string[] = [];
    const listen = vi.spyOn(Server.prototype, 'listen');
    const url = await serve({ log: { ...silentLog, warn: (_fields, text) => void warned.push(text) } });
    const listening = listen.mock.contexts[0] as Server;
    listen.mockRestore();

    // As Node does when the process has no file left.
    for (let time = 0; time < 3; time += 1) listening.emit('error', new Error('accept EMFILE'));

    expect((await ask(`${url}/api/v1/who`)).status).toBe(200);
    expect(warned).toHaveLength(3);
  });

  it('believes what a trusted proxy says of its client, and nobody else', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.66, 198.51.100.7, 127.0.0.9', 'x-forwarded-proto': 'https' };

    const open = await ask(`${await serve()}/api/v1/who`, { headers });
    await running!.close();
    const behind = await ask(`${await serve({ trustedProxies: ['127.0.0.0/8'] })}/api/v1/who`, { headers });

    expect(open.body).toBe('stranger at 127.0.0.1');
    expect(behind.body).toBe('stranger at 198.51.100.7 over TLS');
  });

  it('turns large bodies away before it has read them', async () => {
    const url = new URL(await serve());
    const socket = connect(Number(url.port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.on('error', () => undefined);

    socket.write('POST /sign-in/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await eventually(() => text.includes('\r\n\r\n'));

    expect(text).toMatch(/^HTTP\/1.1 413 /);
    await ended;
  });

  it('refuses headers beyond its limit', async () => {
    const url = await serve();

    const answer = await ask(`${url}/api/v1/who`, { headers: { 'x-long': 'x'.repeat(17_000) } }).catch(
      (error: NodeJS.ErrnoException) => ({ status: error.code }),
    );

    expect([431, 'ECONNRESET', 'EPIPE']).toContain(answer.status);
  });

  it('turns connections away beyond its limit, and serves again when there are fewer', async () => {
    const url = new URL(await serve({ maxConnections: 2 }));
    const idle = [1, 2].map(() => connect(Number(url.port), '127.0.0.1'));
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));

    await expect(eventually(() => ask(`${url.origin}/healthz`), { timeoutMs: 200 })).rejects.toThrow();
    idle.forEach((socket) => socket.destroy());

    expect((await eventually(() => ask(`${url.origin}/healthz`))).status).toBe(200);
  });

  it('stops while answers are streamed, connections idle, and handshakes never come', async () => {
    const url = new URL(await serve({ tls: { certFile: server.certFile, keyFile: server.keyFile } }));
    const silent = connect(Number(url.port), '127.0.0.1');
    silent.on('error', () => undefined);
    const agent = new Agent({ keepAlive: true });
    const ca = readFileSync(server.caFile);
    await ask(`${url.origin}/api/v1/who`, { ca, agent });
    let begun = false;
    const stream = new Promise<string>((resolve, reject) => {
      requestHttps(`${url.origin}/api/v1/endless`, { ca, agent: false }, (response) => {
        let text = '';
        response.on('data', (part: Buffer) => (begun = (text += part.toString()).includes('begun')));
        response.on('end', () => resolve(text)).on('error', reject);
      }).end();
    });
    await eventually(() => begun);

    const started = performance.now();
    stopping.abort(new Error('stop'));
    await running!.close();
    const took = performance.now() - started;

    expect(await stream).toBe('begun\n');
    // The first to go by itself would be the handshake, after ten seconds.
    expect(took).toBeLessThan(9000);
    await expect(ask(`${url.origin}/healthz`, { ca })).rejects.toThrow();
    silent.destroy();
    agent.destroy();
  });
});
