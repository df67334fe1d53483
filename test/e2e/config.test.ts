import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { makeCertificates, startEtcd, type TestEtcd } from '../support/etcd.ts';
import { describeWith } from '../support/real-parts.ts';
import { TestRepo } from '../support/repo.ts';

const HEAD = 'apiVersion: intendant/v1\nkind: Daemon\n';

describeWith(['etcd', 'openssl', 'git'], 'the configuration of the daemon', () => {
  let folder: string;
  let etcd: TestEtcd;
  let admin: Etcd3;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-config-'));
    const tls = makeCertificates(folder, 'intendant');
    etcd = await startEtcd({ tls });
    admin = new Etcd3({
      hosts: etcd.endpoint,
      credentials: {
        rootCertificate: readFileSync(tls.caFile),
        certChain: readFileSync(tls.certFile),
        privateKey: readFileSync(tls.keyFile),
      },
    });
    env = {
      INTENDANT_SYSTEM_CONFIG: join(folder, 'intendant.yaml'),
      ETCD_MACHINES: etcd.endpoint,
      ETCD_CACERT: tls.caFile,
      ETCD_TLSPEM: tls.certFile,
      ETCD_TLSKEY: tls.keyFile,
    };
  });
  afterEach(async () => {
    admin.close();
    await etcd.stop();
    rmSync(folder, { recursive: true });
  });

  it('comes from the machine, a file, etcd, variables and flags, says so, and hides secrets', async () => {
    writeFileSync(join(folder, 'token'), 'hunter2\n');
    writeFileSync(env['INTENDANT_SYSTEM_CONFIG']!, `${HEAD}fleet: system\nhaltFile: halt\ndrain: 9s\n`);
    writeFileSync(
      join(folder, 'named.yaml'),
      `${HEAD}fleet: named\nrepository: { auth: { tokenFile: token }, poll: 9s }\n`,
    );
    const url = 'https://git.example.org/ops/fleet.git';
    await admin
      .put('/intendant/config')
      .value(`${HEAD}fleet: etcd\nrepository:\n  url: ${url}\n  poll: 8s\n  branch: etcd\n`);
    const args = ['config', '--config', 'named.yaml', '--fleet', 'flag', '--set', 'ssh.connectTimeout=3s'];
    const options = {
      cwd: folder,
      env: { ...env, INTENDANT_REPOSITORY_BRANCH: 'variable', INTENDANT_STATE: '/state' },
    };

    const json = await cli([...args, '-o', 'json'], options);
    const table = await cli(args, options);

    const document = JSON.parse(json.stdout) as {
      config: object;
      values: Record<'field' | 'value' | 'source', string>[];
    };
    const from = Object.fromEntries(document.values.map(({ field, value, source }) => [field, [value, source]]));
    expect(from).toMatchObject({
      fleet: ['flag', '--fleet'],
      state: ['/state', 'INTENDANT_STATE'],
      drain: ['9s', `${folder}/intendant.yaml:5:8`],
      haltFile: [`${folder}/halt`, `${folder}/intendant.yaml:4:11`],
      'repository.url': [url, 'etcd key /intendant/config:5:8'],
      'repository.poll': ['8s', 'etcd key /intendant/config:6:9'],
      'repository.branch': ['variable', 'INTENDANT_REPOSITORY_BRANCH'],
      'repository.path': ['', 'default'],
      'repository.auth.tokenFile': [`${folder}/token`, `${folder}/named.yaml:4:34`],
      'repository.auth.token': ['(sensitive)', `${folder}/token`],
      'ssh.connectTimeout': ['3s', '--set ssh.connectTimeout'],
    });
    expect(document.config).toMatchObject({ fleet: 'flag', repository: { branch: 'variable', url } });
    expect(table.stdout).toMatch(/^FIELD +VALUE +FROM$/m);
    expect(table.stdout).toMatch(/^repository\.auth\.token +\(sensitive\) +/m);
    expect(json.stdout + table.stdout).not.toContain('hunter2');
  });

  it('is enough in etcd alone for a daemon, and a mistake there names its place', async () => {
    const repo = await TestRepo.create(join(folder, 'git'));
    await repo.push(
      { 'fleet.yaml': 'apiVersion: intendant/v1\nkind: Fleet\nmetadata: { name: test }\nspec: {}\n' },
      'the fleet',
    );
    const document = `${HEAD}fleet: test\nstate: ${folder}/state\nhaltFile: ${folder}/halt\nrepository: { url: ${repo.bare} }\n`;
    await admin.put('/intendant/config').value(document);

    const ran = await cli(['run', '--once'], { env });

    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Converged') });
    await admin.put('/intendant/config').value(`${document}drain: soon\n`);
    const refused = await cli(['run', '--once'], { env: { ...env, INTENDANT_FLEED: 'x' } });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/etcd key \/intendant\/config:7:8: `drain` must be a duration/);
  });
});
