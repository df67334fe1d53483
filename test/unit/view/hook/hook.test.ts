import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ViewEnv } from '../../../../reconciler/view/http/context.ts';
import { hookRoutes, type HookOptions } from '../../../../reconciler/view/hook/hook.ts';
import { silentLog } from '../../../support/silent-log.ts';

const PATH = '2f1c9f0e8a7b4d6c95e3a1b08d7f6c24';
const BODY = JSON.stringify({ ref: 'refs/heads/evil', after: 'f'.repeat(40), repository: { url: 'https://evil' } });

let folder: string;
let file: string;
let hints: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intendant-hook-'));
  file = join(folder, 'secret');
  await writeFile(file, 'the first secret\n');
  hints = 0;
});
afterEach(() => rm(folder, { recursive: true }));

function hook(more: Partial<HookOptions> = {}): Hono<ViewEnv> {
  const settings = { path: PATH, secret: { file } };
  const routes = hookRoutes({ settings, hint: () => void (hints += 1), log: silentLog, ...more });
  return new Hono<ViewEnv>().route('/hook', routes);
}

function hmac(secret: string, body = BODY): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

async function call(app: Hono<ViewEnv>, headers: Record<string, string>, path = PATH, body = BODY): Promise<number> {
  return (await app.request(`/hook/${path}`, { method: 'POST', headers, body })).status;
}

describe('the webhook', () => {
  it.each([
    ['GitHub', 'x-hub-signature-256', `sha256=${hmac('the first secret')}`],
    ['Gitea', 'x-gitea-signature', hmac('the first secret')],
    ['Forgejo', 'x-forgejo-signature', hmac('the first secret')],
    ['GitLab', 'x-gitlab-token', 'the first secret'],
    ['anybody', 'x-intendant-signature', `sha256=${hmac('the first secret')}`],
  ])('hints when %s signs', async (_, header, value) => {
    expect(await call(hook(), { [header]: value })).toBe(202);
    expect(hints).toBe(1);
  });

  it.each([
    ['nothing', {}],
    ['another secret', { 'x-hub-signature-256': `sha256=${hmac('another secret')}` }],
    ['another body', { 'x-hub-signature-256': `sha256=${hmac('the first secret', 'x')}` }],
    ['a shorter one', { 'x-hub-signature-256': `sha256=${hmac('the first secret').slice(0, 10)}` }],
    ['the hash without its name', { 'x-hub-signature-256': hmac('the first secret') }],
    ['an old hash', { 'x-hub-signature': `sha1=${createHmac('sha1', 'the first secret').update(BODY).digest('hex')}` }],
    ['an empty token', { 'x-gitlab-token': '' }],
    ['a wrong token', { 'x-gitlab-token': 'the first secrey' }],
    ['text beyond ASCII', { 'x-gitea-signature': 'ä'.repeat(64) }],
  ])('refuses a call that brings %s', async (_, headers) => {
    expect(await call(hook(), headers as Record<string, string>)).toBe(403);
    expect(hints).toBe(0);
  });

  it('takes up another secret without a restart, and the old is worth nothing then', async () => {
    const app = hook();
    await writeFile(file, 'the second secret');

    expect(await call(app, { 'x-gitlab-token': 'the first secret' })).toBe(403);
    expect(await call(app, { 'x-gitlab-token': 'the second secret' })).toBe(202);
  });

  it('answers a wrong path as it answers any path that is not there, signed or not', async () => {
    const app = hook();
    const headers = { 'x-gitlab-token': 'the first secret' };
    const ask = async (path: string, method = 'POST'): Promise<unknown> => {
      const answer = await app.request(path, { method, headers });
      return [answer.status, [...answer.headers].sort(), await answer.text()];
    };
    const nowhere = await ask(`/hook/${'a'.repeat(32)}`);

    expect(await ask(`/hook/${PATH}x`)).toEqual(nowhere);
    expect(await ask(`/hook/${PATH}/x`)).toEqual(nowhere);
    expect(await ask('/hook/%00')).toEqual(nowhere);
    expect(await ask(`/hook/${PATH}`, 'GET')).toEqual(nowhere);
    expect(hints).toBe(0);
  });

  it('reads no body that is too large, said or not', async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const said = { 'content-length': String(2 ** 30), 'x-gitlab-token': 'the first secret' };

    const unsaid = await hook().request(`/hook/${PATH}`, { method: 'POST', body, duplex: 'half' });

    expect(unsaid.status).toBe(413);
    expect(sent).toBeLessThan(30);
    expect((await hook().request(`/hook/${PATH}`, { method: 'POST', headers: said })).status).toBe(413);
    expect(hints).toBe(0);
  });

  it('bears so many calls a minute, and fewer of those that guess', async () => {
    const app = hook({ perMinute: 25 });
    const right = { 'x-gitlab-token': 'the first secret' };

    const guesses = [await call(app, {}), await call(app, {}), await call(app, {}), await call(app, right)];
    const honest = hook({ perMinute: 2 });
    const calls = [await call(honest, right), await call(honest, right), await call(honest, right)];

    expect(guesses).toEqual([403, 403, 403, 429]);
    expect(calls).toEqual([202, 202, 429]);
  });

  it('hints to nobody when its secret is gone, and says in the log alone where it should be', async () => {
    const warned: unknown[] = [];
    const log = { ...silentLog, warn: (fields: unknown) => void warned.push(fields) };
    await rm(file);

    const headers = { 'x-gitlab-token': '' };
    const answer = await hook({ log }).request(`/hook/${PATH}`, { method: 'POST', headers, body: BODY });

    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain(folder);
    expect(warned).toMatchObject([{ err: { message: expect.stringContaining(file) } }]);
    expect(hints).toBe(0);
  });
});
