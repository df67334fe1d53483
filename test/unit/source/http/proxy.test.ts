import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bypasses, proxyFor } from '../../../../reconciler/source/http/proxy.ts';

const TARGET = new URL('https://git.example.org/ops/fleet.git');

describe('NO_PROXY', () => {
  it.each([
    ['*', 'https://a.b', true],
    ['', 'https://a.b', false],
    ['example.org', 'https://example.org', true],
    ['example.org', 'https://git.example.org', true],
    ['example.org', 'https://badexample.org', false],
    ['.example.org', 'https://git.example.org', true],
    ['*.example.org', 'https://git.example.org', true],
    ['EXAMPLE.org', 'https://Git.Example.ORG', true],
    ['a.b, example.org', 'https://example.org', true],
    ['a.b example.org', 'https://example.org', true],
    ['example.org:8443', 'https://example.org', false],
    ['example.org:443', 'https://example.org', true],
    ['example.org:8443', 'https://example.org:8443', true],
    ['10.0.0.5', 'https://10.0.0.5', true],
    ['10.0.0.5', 'https://10.0.0.50', false],
    ['10.0.0.0/8', 'https://10.1.2.3:99', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8', 'https://ten.example.org', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['[fd00::1]:443', 'https://[fd00::1]', true],
    ['.', 'https://example.org', false],
  ])('%j and %s: around the proxy is %j', (list, url, expected) => {
    expect(bypasses(new URL(url), list)).toBe(expected);
  });
});

describe('the proxy for a URL', () => {
  it.each([
    [{ HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    [{ https_proxy: 'http://small:1', HTTPS_PROXY: 'http://p:1' }, 'http://small:1'],
    [{ ALL_PROXY: 'p:1' }, 'http://p:1'],
    [{ HTTPS_PROXY: 'https://p:1' }, 'https://p:1'],
    [{ HTTP_PROXY: 'http://p:1', http_proxy: 'http://p:1' }, undefined],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.org' }, undefined],
    [{ HTTPS_PROXY: '' }, undefined],
  ])('is taken from %j', async (env, expected) => {
    const proxy = await proxyFor(TARGET, {}, env);

    expect(proxy?.url.origin).toBe(expected);
  });

  it('is the one of the configuration, whatever the environment says', async () => {
    const env = { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' };

    expect((await proxyFor(TARGET, { proxy: 'http://own:2' }, env))?.url.origin).toBe('http://own:2');
    expect(await proxyFor(TARGET, { proxy: 'direct' }, { HTTPS_PROXY: 'http://p:1' })).toBeUndefined();
  });

  it('keeps the credential of a variable out of everything that is printed', async () => {
    const proxy = await proxyFor(TARGET, {}, { HTTPS_PROXY: 'http://user:p%40ss@p:1' });

    expect(Buffer.from(proxy!.authorization!.reveal().slice(6), 'base64').toString()).toBe('user:p@ss');
    expect(inspect(proxy) + JSON.stringify(proxy) + proxy!.url.href).not.toMatch(/p%40ss|p@ss/);
  });

  it('has its password read anew each time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'intendant-proxy-'));
    const settings = { proxy: 'http://p:1', proxyAuth: { username: 'u', passwordFile: join(folder, 'password') } };
    const password = async (): Promise<string> => {
      const proxy = await proxyFor(TARGET, settings, {});
      return Buffer.from(proxy!.authorization!.reveal().slice(6), 'base64').toString();
    };

    await writeFile(settings.proxyAuth.passwordFile, 'old\n');
    const before = await password();
    await writeFile(settings.proxyAuth.passwordFile, 'new\n');

    expect([before, await password()]).toEqual(['u:old', 'u:new']);
    await rm(folder, { recursive: true });
    await expect(password()).rejects.toMatchObject({ code: 'PROXY', message: expect.stringContaining('ENOENT') });
  });

  it.each(['ftp://hunter2@p', 'http://', 'nonsense://x'])('is refused when it is none: %s', async (text) => {
    const wrong = proxyFor(TARGET, {}, { HTTPS_PROXY: text });

    await expect(wrong).rejects.toMatchObject({ code: 'PROXY', message: expect.not.stringContaining('hunter2') });
  });
});
