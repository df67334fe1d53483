import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { HttpService, type HttpServiceOptions } from '../../reconciler/source/git/http-service.ts';
import { makeCertificates, type EtcdTls } from '../support/etcd.ts';
import { startForwardProxy, type ForwardProxy } from '../support/forward-proxy.ts';
import { initBare, startGitHttp, type GitHttpServer } from '../support/git-http.ts';
import { describeWith } from '../support/real-parts.ts';

const NEVER = new AbortController().signal;
/** No DNS knows it: whoever reaches it went through the proxy. */
const URL_INSIDE = 'https://git.internal/fleet.git';

describeWith(
  ['git', 'git-http-backend', 'openssl'],
  'a git server behind a proxy, with a certificate of a private authority',
  () => {
    let folder: string;
    let tls: EtcdTls;
    let server: GitHttpServer;
    let proxy: ForwardProxy;
    let services: HttpService[];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'git-proxy-'));
      tls = makeCertificates(folder, 'git.internal');
      initBare(join(folder, 'fleet.git'));
      server = await startGitHttp(folder, {
        tls: { key: readFileSync(tls.keyFile, 'utf8'), cert: readFileSync(tls.certFile, 'utf8') },
      });
    });
    beforeEach(async () => {
      proxy = await startForwardProxy({ 'git.internal:443': Number(new URL(server.url).port) });
      services = [];
    });
    afterEach(async () => {
      for (const service of services) service.close();
      await proxy.close();
    });
    afterAll(async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    });

    function service(more: Partial<HttpServiceOptions> = {}): HttpService {
      const made = new HttpService({ url: URL_INSIDE, caFile: tls.caFile, env: { HTTPS_PROXY: proxy.url }, ...more });
      services.push(made);
      return made;
    }

    it('is reached through the proxy of the environment, on one tunnel that is kept', async () => {
      const git = service();

      const first = await git.advertise('git-upload-pack', NEVER);
      await git.advertise('git-upload-pack', NEVER);

      expect(first.length).toBeGreaterThan(0);
      expect(proxy.asked).toEqual(['git.internal:443']);
    });

    it('is reached through the proxy of the configuration', async () => {
      const git = service({ env: { NO_PROXY: '*' }, proxy: proxy.url });

      await git.advertise('git-upload-pack', NEVER);

      expect(proxy.asked).toEqual(['git.internal:443']);
    });

    it('is reached around the proxy where NO_PROXY names it or the configuration says so', async () => {
      const env = { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.0/8' };

      await service({ url: `${server.url}/fleet.git`, env }).advertise('git-upload-pack', NEVER);
      await service({ url: `${server.url}/fleet.git`, env: { HTTPS_PROXY: proxy.url }, proxy: 'direct' }).advertise(
        'git-upload-pack',
        NEVER,
      );

      expect(proxy.asked).toEqual([]);
    });

    it('keeps its own credential from the proxy, and the one of the proxy from it', async () => {
      proxy.requireCredentials('us', 'proxy-password');
      writeFileSync(join(folder, 'password'), 'wrong');
      const proxyAuth = { username: 'us', passwordFile: join(folder, 'password') };
      const git = service({ env: {}, proxy: proxy.url, proxyAuth });

      const refused = await git.advertise('git-upload-pack', NEVER).catch((error: unknown) => error);
      writeFileSync(join(folder, 'password'), 'proxy-password\n');
      await git.advertise('git-upload-pack', NEVER);

      expect(refused).toMatchObject({
        disposition: 'InvalidInput',
        code: 'PROXY',
        message: expect.stringContaining('407'),
      });
      expect(server.requests.map((each) => each.authorization)).not.toContainEqual(expect.anything());
    });

    it('is told apart from a proxy that asks for a credential, refuses, or is not there', async () => {
      proxy.requireCredentials('us', 'x');
      const asks = service().advertise('git-upload-pack', NEVER);
      await expect(asks).rejects.toMatchObject({
        code: 'PROXY',
        message: `The proxy ${proxy.url} asks for a credential (407).`,
      });
      const inUrl = service({ env: { HTTPS_PROXY: proxy.url.replace('//', '//us:x@') } });
      await inUrl.advertise('git-upload-pack', NEVER);

      proxy.refuse(403);
      const refuses = service({ env: { HTTPS_PROXY: proxy.url.replace('//', '//us:x@') } });
      const away = service({ env: { HTTPS_PROXY: 'http://127.0.0.1:1' } });

      await expect(refuses.advertise('git-upload-pack', NEVER)).rejects.toMatchObject({
        disposition: 'Transient',
        message: `The proxy ${proxy.url} does not let us through to git.internal:443 (403).`,
      });
      await expect(away.advertise('git-upload-pack', NEVER)).rejects.toMatchObject({
        disposition: 'Transient',
        message: 'The proxy http://127.0.0.1:1 cannot be reached (ECONNREFUSED).',
      });
    });

    it('is not trusted without its authority, and is as soon as the file holds it', async () => {
      const strangers = join(folder, 'strangers');
      mkdirSync(strangers, { recursive: true });
      const caFile = join(folder, 'rotated.pem');
      copyFileSync(makeCertificates(strangers, 'git.internal').caFile, caFile);
      const git = service({ caFile });

      const refused = await git.advertise('git-upload-pack', NEVER).catch((error: unknown) => error);
      copyFileSync(tls.caFile, caFile);
      await git.advertise('git-upload-pack', NEVER);

      expect(refused).toMatchObject({ code: 'GIT_UNREACHABLE', hint: expect.stringContaining('caFile') });
      const system = service({ caFile: undefined }).advertise('git-upload-pack', NEVER);
      await expect(system).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' });
      rmSync(caFile);
      const unreadable = service({ caFile }).advertise('git-upload-pack', NEVER);
      await expect(unreadable).rejects.toMatchObject({
        code: 'GIT_CREDENTIAL',
        message: expect.stringContaining('ENOENT'),
      });
    });

    it('must show a certificate of the name that was asked for', async () => {
      const other = await startForwardProxy({ 'other.internal:443': Number(new URL(server.url).port) });
      const git = service({ url: 'https://other.internal/fleet.git', env: { HTTPS_PROXY: other.url } });

      await expect(git.advertise('git-upload-pack', NEVER)).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' });

      await other.close();
    });
  },
);
