import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import { CommitInventory } from '../../../../reconciler/source/inventory/inventory.ts';
import { InvalidInput, Transient } from '../../../../reconciler/model/errors.ts';
import { viewApp, type SeenRequest, type ViewAppOptions } from '../../../../reconciler/view/http/app.ts';
import { signalOf, type ViewContext, type ViewEnv } from '../../../../reconciler/view/http/context.ts';
import { isLocalHost, isLoopback } from '../../../../reconciler/view/http/local-name.ts';
import type { Peer } from '../../../../reconciler/view/http/peer.ts';
import type { Principal } from '../../../../reconciler/view/http/principal.ts';
import type { SignIn, SignInResult } from '../../../../reconciler/view/sign-in/sign-in.ts';
import { systemClock } from '../../../../reconciler/model/clock.ts';
import { commitFiles } from '../../../support/inventory.ts';
import { silentLog } from '../../../support/silent-log.ts';

const ANN: Principal = { name: 'ann', roles: ['viewer'], by: 'basic' };
const TLS: Peer = { remoteAddress: '192.0.2.7', tls: true };

/** What a first revision without documents gives. */
const SOME = commitFiles(new InventoryBuilder({ checks: [] }), 'a'.repeat(40), {}).inventory;

/** A context of which only what the server itself uses is there. */
function contextOf(given: Partial<ViewContext> = {}): ViewContext {
  const context: Partial<ViewContext> = {
    store: { get: async () => undefined } as unknown as ViewContext['store'],
    cache: { ready: true } as ViewContext['cache'],
    desired: { inventory: SOME },
    clock: systemClock,
    log: silentLog,
    stopping: new AbortController().signal,
    ...given,
  };
  return context as ViewContext;
}

function app(options: Partial<ViewAppOptions> = {}, context: Partial<ViewContext> = {}): Hono<ViewEnv> {
  return viewApp(contextOf(context), { parts: {}, ...options });
}

/** A part that says who asked for what. */
function echo(): Hono<ViewEnv> {
  return new Hono<ViewEnv>().get('*', (c) => c.json({ path: c.req.path, who: c.get('principal').name }));
}

function signIn(decide: (request: Parameters<SignIn['authenticate']>[0]) => SignInResult, page?: string): SignIn {
  return { authenticate: async (request) => decide(request), ...(page !== undefined && { page }) };
}

const denying = signIn(() => ({ denied: { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } } }));

describe('viewApp', () => {
  it('puts on every answer what keeps browsers from being used against their owner', async () => {
    const seen = app({ parts: { apiV1: echo() } });

    const answers = await Promise.all(['/api/v1/x', '/nowhere', '/healthz'].map(async (path) => seen.request(path)));

    for (const { headers } of answers) {
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('cache-control')).toMatch(/private, no-cache|no-store/);
    }
  });

  it('asks browsers to keep to TLS where the client came by TLS', async () => {
    const { headers } = await app().request('/healthz', {}, { peer: TLS });

    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  it('answers only to names of this machine where it asks for no sign-in', async () => {
    const seen = app({ parts: { apiV1: echo() } });
    const ask = async (host: string): Promise<number> =>
      (await seen.request('/api/v1/x', { headers: { host } })).status;

    expect(await Promise.all(['localhost:8000', '127.0.0.1:8000', '[::1]:8000', 'a.localhost'].map(ask))).toEqual([
      200, 200, 200, 200,
    ]);
    expect(await Promise.all(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example'].map(ask))).toEqual([
      421, 421, 421,
    ]);
  });

  it('answers to every name where it asks who it is, and tells routes who', async () => {
    const seen = app({ parts: { apiV1: echo(), signIn: signIn(() => ({ principal: ANN })) } });

    const answer = await seen.request('/api/v1/x', { headers: { host: 'view.example' } });

    expect(await answer.json()).toEqual({ path: '/api/v1/x', who: 'ann' });
  });

  it('tells sign-in of the path, the client and its certificate', async () => {
    const asked: unknown[] = [];
    const clientCertificate = { commonNames: ['ann'], fingerprint256: 'AA' };
    const deciding = signIn(({ method, path, remoteAddress, tls, clientCertificate: certificate }) => {
      asked.push({ method, path, remoteAddress, tls, certificate });
      return { principal: ANN };
    });

    await app({ parts: { signIn: deciding } }).request('/a?b=c', {}, { peer: { ...TLS, clientCertificate } });

    expect(asked).toEqual([
      { method: 'GET', path: '/a', remoteAddress: '192.0.2.7', tls: true, certificate: clientCertificate },
    ]);
  });

  it('answers 403 and nothing else below /api/v0 to whom it does not know, whatever the path and the method', async () => {
    const seen = app({ parts: { apiV0: echo(), signIn: denying } });

    for (const [path, method] of [
      ['/api/v0/hosts', 'GET'],
      ['/api/v0/nowhere', 'GET'],
      ['/api/v0/hosts', 'DELETE'],
    ]) {
      const answer = await seen.request(path!, { method });
      expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
        403,
        'text/html',
        'Forbidden',
      ]);
    }
  });

  it('says elsewhere how to sign in, and names nothing that exists', async () => {
    const seen = app({ parts: { apiV1: echo(), dashboard: echo(), signIn: denying } });

    const answer = await seen.request('/api/v1/x');
    const other = await seen.request('/api/v1/nowhere');

    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="x"');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toEqual({
      type: 'urn:intendant:problem:SIGN_IN_NEEDED',
      title: 'Sign in first',
      status: 401,
      code: 'SIGN_IN_NEEDED',
      hint: 'Send credentials that the view accepts.',
    });
    expect(await other.text()).toBe(await (await seen.request('/api/v1/x')).text());
  });

  it('sends a person who opens a page to the sign-in page and back, and programs nowhere', async () => {
    const parts = {
      dashboard: echo(),
      apiV1: echo(),
      signIn: signIn(() => ({ denied: { status: 401 } }), '/sign-in/go'),
    };
    const headers = { accept: 'text/html,*/*' };

    const page = await app({ parts }).request('/clusters/web?tab=1', { headers });
    const program = await app({ parts }).request('/api/v1/x', { headers });
    const script = await app({ parts }).request('/clusters/web', { headers: { accept: '*/*' } });

    expect([page.status, page.headers.get('location')]).toEqual([302, '/sign-in/go?to=%2Fclusters%2Fweb%3Ftab%3D1']);
    expect([program.status, script.status]).toEqual([401, 401]);
  });

  it('says when to come back after too many failures', async () => {
    const limited = signIn(() => ({ denied: { status: 429, retryAfterSeconds: 12.2 } }));

    const answer = await app({ parts: { signIn: limited } }).request('/');

    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '13']);
  });

  it('lets nobody in and says nothing of why when signing in fails of itself', async () => {
    const broken: SignIn = {
      authenticate: () => Promise.reject(new Error('keystone at 10.0.0.1 refused the password')),
    };
    const seen = app({ parts: { apiV0: echo(), apiV1: echo(), signIn: broken } });

    const answer = await seen.request('/api/v1/x');
    const text = await answer.text();

    expect(answer.status).toBe(503);
    expect(text).toContain('SIGN_IN_UNAVAILABLE');
    expect(text).not.toContain('keystone');
    expect((await seen.request('/api/v0/hosts')).status).toBe(403);
  });

  it('lets health, the way to sign in, and the hook through without sign-in, and nothing else', async () => {
    const open = new Hono<ViewEnv>().all('/known', (c) => c.text('open'));
    const parts = {
      hook: open,
      signIn: { ...denying, routes: open },
      metrics: echo(),
      events: echo(),
      apiV1: echo(),
      dashboard: echo(),
    };
    const seen = app({ parts });
    const status = async (path: string): Promise<number> => (await seen.request(path)).status;

    expect(await Promise.all(['/healthz', '/readyz', '/hook/known', '/sign-in/known'].map(status))).toEqual([
      200, 200, 200, 200,
    ]);
    expect(await Promise.all(['/hook/other', '/sign-in/other'].map(status))).toEqual([404, 404]);
    expect(await Promise.all(['/', '/metrics', '/api/v1/events', '/api/v1/x', '/x'].map(status))).toEqual([
      401, 401, 401, 401, 401,
    ]);
  });

  it('says what is missing while it cannot answer, without names', async () => {
    const away = { get: () => Promise.reject(new Error('10.0.0.1:2379 refused')) } as unknown as ViewContext['store'];
    const seen = app(
      {},
      {
        store: away,
        cache: { ready: false } as ViewContext['cache'],
        desired: { inventory: CommitInventory.EMPTY, behind: 'x' },
      },
    );

    const answer = await seen.request('/readyz');
    const body = (await answer.json()) as { ready: boolean; missing: { dependency: string }[]; behind: boolean };

    expect(answer.status).toBe(503);
    expect(body).toMatchObject({ ready: false, behind: true });
    expect(body.missing.map(({ dependency }) => dependency)).toEqual(['store', 'cache', 'desired']);
    expect(JSON.stringify(body)).not.toContain('10.0.0.1');
    expect((await seen.request('/healthz')).status).toBe(200);
  });

  it('is ready when everything is there, and asks the store once however often it is asked', async () => {
    let asked = 0;
    const store = { get: async () => void (asked += 1) } as unknown as ViewContext['store'];
    const seen = app({}, { store });

    const answers = await Promise.all(Array.from({ length: 20 }, async () => seen.request('/readyz')));

    expect(await answers[0]!.json()).toEqual({ ready: true, missing: [], behind: false });
    expect(asked).toBe(1);
  });

  it('changes nothing: other methods are told so', async () => {
    const answer = await app({ parts: { dashboard: echo() } }).request('/clusters/web', { method: 'POST', body: 'x' });

    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await answer.json()).toMatchObject({ code: 'READ_ONLY' });
  });

  it('answers HEAD as GET without the body', async () => {
    const answer = await app({ parts: { apiV1: echo() } }).request('/api/v1/x', { method: 'HEAD' });

    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it('turns large bodies away before anybody reads them', async () => {
    const headers = { 'content-length': String(2 ** 30) };

    const answer = await app({ parts: { dashboard: echo() } }).request('/sign-in/x', { method: 'POST', headers });

    expect(answer.status).toBe(413);
  });

  it('says of an error what it is for the reader, and nothing of a fault of ours', async () => {
    const warned: unknown[] = [];
    const broken = new Hono<ViewEnv>()
      .get('/input', () => {
        throw new InvalidInput('The label is not one.', { code: 'LABEL', hint: 'Write a=b.' });
      })
      .get('/away', () => {
        throw new Transient('The remote is away.', { code: 'AWAY', retryAfterMs: 2500 });
      })
      .get('/fault', () => {
        throw new Error('secret at /srv/x.ts:7');
      });
    const log = { ...silentLog, warn: (fields: unknown) => void warned.push(fields) };
    const seen = app({ parts: { apiV1: broken } }, { log });

    const [input, away, fault] = await Promise.all(
      ['/api/v1/input', '/api/v1/away', '/api/v1/fault'].map(async (path) => seen.request(path)),
    );

    expect(await input!.json()).toMatchObject({ status: 400, code: 'LABEL', detail: 'The label is not one.' });
    expect([away!.status, away!.headers.get('retry-after')]).toEqual([503, '3']);
    expect([fault!.status, await fault!.text()]).toEqual([500, expect.not.stringContaining('secret')]);
    expect(fault!.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(JSON.stringify(warned)).toContain('api-v1');
  });

  it('gives up on an answer that does not begin in time, and tells who works on it', async () => {
    let told: AbortSignal | undefined;
    const context = contextOf();
    const slow = new Hono<ViewEnv>().get('/slow', (c) => {
      told = signalOf(c, context);
      return new Promise<Response>(() => undefined);
    });

    const answer = await viewApp(context, { parts: { apiV1: slow }, deadlineMs: 20 }).request('/api/v1/slow');

    expect([answer.status, told?.aborted]).toEqual([503, true]);
    expect(await answer.json()).toMatchObject({ code: 'TOO_SLOW' });
  });

  it('lets an answer that has begun go on past that time, until the server stops', async () => {
    const stop = new AbortController();
    const context = contextOf({ stopping: stop.signal });
    const endless = new Hono<ViewEnv>().get('/', (c) => {
      const signal = signalOf(c, context);
      const body = new ReadableStream({
        start: (controller) => signal.addEventListener('abort', () => controller.close()),
      });
      return new Response(body);
    });
    const answer = await viewApp(context, { parts: { events: endless }, deadlineMs: 20 }).request('/api/v1/events');
    let over = false;
    const read = answer.text().then(() => (over = true));

    await systemClock.sleep(60);
    const after = over;
    stop.abort(new Error('stop'));
    await read;

    expect([after, over]).toEqual([false, true]);
  });

  it('counts every request by its part', async () => {
    const seen: SeenRequest[] = [];
    const counted = app({ parts: { apiV0: echo(), apiV1: echo() }, onRequest: (each) => void seen.push(each) });

    for (const path of ['/api/v0/hosts', '/api/v1/x', '/api/v1/events', '/readyz', '/hook/x', '/x']) {
      await counted.request(path);
    }

    expect(seen.map(({ part, status }) => [part, status])).toEqual([
      ['api-v0', 200],
      ['api-v1', 200],
      ['events', 200],
      ['health', 200],
      ['hook', 404],
      ['dashboard', 404],
    ]);
    expect(seen.every(({ method, seconds }) => method === 'GET' && seconds >= 0)).toBe(true);
  });
});

describe('local names', () => {
  it('knows the addresses that only this machine reaches', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', ''].map(isLoopback)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(['', 'localhost.', '127.0.0.1@evil.example', '2130706433'].map(isLocalHost)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
