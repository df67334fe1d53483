import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Sensitive } from '../../reconciler/model/sensitive.ts';
import type { EtcdOptions } from '../../reconciler/store/etcd-connection.ts';
import { openEtcdStore } from '../../reconciler/store/etcd-store.ts';
import type { WatchHint } from '../../reconciler/store/state-store.ts';
import { makeCertificates, startEtcd, type EtcdTls, type TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';

describeWith(['etcd', 'openssl'], 'the etcd store with TLS', () => {
  let folder: string;
  let tls: EtcdTls;
  let etcd: TestEtcd;
  let secured: EtcdOptions;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-tls-'));
    tls = makeCertificates(folder, 'intendant');
    etcd = await startEtcd({ tls });
    secured = {
      endpoints: [etcd.endpoint],
      fleet: 'tls',
      ca: readFileSync(tls.caFile),
      certificate: readFileSync(tls.certFile),
      key: new Sensitive(readFileSync(tls.keyFile, 'utf8')),
      callTimeoutMs: 1500,
    };
  });
  afterAll(async () => {
    await etcd.stop();
    rmSync(folder, { recursive: true });
  });

  it('reads, writes and holds leases with a certificate of its own', async () => {
    const store = await openEtcdStore(secured);

    const lease = await store.lease('fleet', 'one', 1000, AbortSignal.timeout(10_000));
    const result = await store.commit([{ put: 'a', value: 1 }], [{ lease: lease.token }]);

    expect(result.ok).toBe(true);
    await lease.release();
    await store.close();
  });

  it('refuses a server whose certificate nobody trusted has signed', async () => {
    const strangers = join(folder, 'strangers');
    mkdirSync(strangers);
    const { caFile } = makeCertificates(strangers, 'intendant');

    const attempt = openEtcdStore({ ...secured, ca: readFileSync(caFile) });

    await expect(attempt).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', hint: expect.stringContaining('caFile') });
  });

  it('does not get in without its certificate', async () => {
    const attempt = openEtcdStore({ ...secured, certificate: undefined, key: undefined });

    await expect(attempt).rejects.toMatchObject({ disposition: 'Transient', code: 'STORE_UNAVAILABLE' });
  });

  it('refuses settings that mix endpoints with and without TLS', async () => {
    const mixed = ['http://127.0.0.1:1', 'https://127.0.0.1:2'];

    const attempt = openEtcdStore({ endpoints: mixed, fleet: 'tls' });

    await expect(attempt).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'STORE_SETTINGS' });
  });
});

describeWith(['etcd'], 'the etcd store with a user and a password', () => {
  let etcd: TestEtcd;
  let options: EtcdOptions;

  beforeAll(async () => {
    etcd = await startEtcd();
    const admin = new Etcd3({ hosts: etcd.endpoint });
    const root = admin.user('root');
    await root.create('root-password');
    await root.addRole(await admin.role('root').create());
    const role = await admin.role('fleet').create();
    await role.grant({ permission: 'Readwrite', range: admin.range({ prefix: '/intendant/secured/' }) });
    await (await admin.user('daemon').create('daemon-password')).addRole(role);
    await admin.auth.authEnable();
    admin.close();
    options = {
      endpoints: [etcd.endpoint],
      fleet: 'secured',
      username: 'daemon',
      password: new Sensitive('daemon-password'),
      callTimeoutMs: 1500,
    };
  });
  afterAll(() => etcd.stop());

  it('reads, writes, watches and holds leases, below its own prefix', async () => {
    const store = await openEtcdStore(options);
    const ended = new AbortController();
    const hints: WatchHint[] = [];
    const { revision } = await store.list('');
    const watching = (async () => {
      for await (const hint of store.watch('', revision, ended.signal)) hints.push(hint);
    })();

    const lease = await store.lease('fleet', 'one', 1000, ended.signal);
    const result = await store.commit([{ put: 'a', value: 1 }], [{ lease: lease.token }]);

    expect(result.ok).toBe(true);
    await eventually(() => hints.some((hint) => hint.type === 'put' && hint.key === 'a'));
    await lease.release();
    ended.abort();
    await watching;
    await store.close();
  });

  it('logs in again after a restart of the server has made its login void', async () => {
    const store = await openEtcdStore(options);
    const ended = new AbortController();
    const lease = await store.lease('fleet', 'one', 2000, ended.signal);
    const hints: WatchHint[] = [];
    const { revision } = await store.list('');
    void (async () => {
      for await (const hint of store.watch('', revision, ended.signal)) hints.push(hint);
    })();

    await etcd.restart();

    const result = await eventually(() => store.commit([{ put: 'b', value: 1 }], [{ lease: lease.token }]));
    expect(result.ok).toBe(true);
    await eventually(() => hints.some((hint) => hint.type === 'relist'));
    await store.commit([{ put: 'c', value: 1 }]);
    await eventually(() => hints.some((hint) => hint.type === 'put' && hint.key === 'c'));
    const before = performance.now();
    await eventually(() => performance.now() - before > 3000, { everyMs: 100 });
    expect(lease.lost.aborted).toBe(false);
    ended.abort();
    await lease.release();
    await store.close();
  });

  it('says that a wrong password is refused, without showing it', async () => {
    const attempt = openEtcdStore({ ...options, password: new Sensitive('wrong-password') });

    const error: Error = await attempt.then(
      () => new Error('it was let in'),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({
      disposition: 'InvalidInput',
      code: 'STORE_REFUSED',
      hint: expect.stringContaining('password'),
    });
    expect(JSON.stringify(error) + String(error) + String(error.stack)).not.toContain('wrong-password');
  });

  it('says that another fleet is not its own', async () => {
    const attempt = openEtcdStore({ ...options, fleet: 'other' });

    await expect(attempt).rejects.toMatchObject({ disposition: 'InvalidInput', code: 'STORE_REFUSED' });
  });
});
