import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { cli, startDaemon } from '../support/cli.ts';
import type { Daemon } from '../support/cli.ts';
import { writeDaemonConfig } from '../support/daemon-config.ts';
import { clusterDocument, document as documentOf, fleetDocument, hostDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startLab } from '../support/lab/lab.ts';
import type { Lab } from '../support/lab/lab.ts';
import { offerPackages } from '../support/lab/packages.ts';
import { describeWith } from '../support/real-parts.ts';
import { TestRepo } from '../support/repo.ts';

const HOSTS = ['web-1', 'web-2', 'web-3'];

/** A service that lives as long as it may, and keeps a count of how often it was begun. */
const unit = (name: string): string =>
  `[Unit]\nDescription=${name}\n[Service]\nExecStartPre=/bin/sh -c 'echo begun >>/var/log/${name}.begun'\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n`;

describeWith(['lab', 'git'], 'hosts with a profile', () => {
  let lab: Lab;
  let folder: string;
  let repo: TestRepo;
  let config: string;
  let daemon: Daemon;
  let fleet: string;
  let motd: string[];

  beforeAll(async () => {
    lab = await startLab();
    await Promise.all(HOSTS.map((name, index) => lab.boot(name, `10.77.0.3${index + 1}`)));
    folder = mkdtempSync(join(tmpdir(), 'profile-'));
    // The package's own maintainer script would begin the service: what begins it here is the profile alone.
    await Promise.all(
      HOSTS.map((host) =>
        offerPackages(lab, host, [
          { name: 'docker.io', version: '1', files: { 'lib/systemd/system/docker.service': unit('docker') } },
          { name: 'greeter', version: '1', files: { 'lib/systemd/system/greeter.service': unit('greeter') } },
        ]),
      ),
    );
    repo = await TestRepo.create(join(folder, 'git'));
    fleet = `lab-${Date.now()}`;
    motd = await everywhere((host) => read(host, '/etc/motd'));
    const { clientKey } = lab;
    config = writeDaemonConfig({ folder: join(folder, 'daemon'), fleet, repository: repo.bare, clientKey });
    await repo.push({ 'fleet.yaml': fleetDocument(fleet) }, 'a fleet');
    daemon = startDaemon(config, { netns: lab.netns });
  }, 300_000);

  afterAll(async () => {
    await daemon?.kill();
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const profile = (greeting: string, more: object = {}): string =>
    documentOf('HostProfile', 'node', {
      extends: ['docker'],
      variables: { greeting },
      packages: ['greeter'],
      files: [
        { path: '/etc/greeter.conf', template: '{{ vars.greeting }} {{ host.name }}\n', restarts: ['greeter'] },
        { path: '/etc/motd', content: 'looked after\n' },
      ],
      services: [{ name: 'greeter' }],
      ...more,
    });

  const hostFiles = (names: readonly string[], spec: object = {}): Record<string, string> =>
    Object.fromEntries(
      names.map((name) => {
        const { ip, hostKey } = lab.host(name);
        return [`hosts/${name}.yaml`, hostDocument(name, ip, 'web', { hostKeys: [hostKey], ...spec })];
      }),
    );

  const read = (host: string, path: string): Promise<string> => lab.exec(host, ['cat', path]);
  const everywhere = <T>(ask: (host: string) => Promise<T>): Promise<T[]> => Promise.all(HOSTS.map(ask));
  const begun = async (host: string, service: string): Promise<number> =>
    (await read(host, `/var/log/${service}.begun`)).trim().split('\n').length;

  beforeEach(forgetStarted);

  async function untilAll(word: string, names: readonly string[] = HOSTS): Promise<void> {
    await eventually(
      async () => {
        const found = await repo.hostStatuses();
        if (!names.every((name) => found.get(name)?.status === word))
          throw new Error(`not all ${word}: ${JSON.stringify([...found])}; ${daemon.log().slice(-3000)}`);
        return true;
      },
      { timeoutMs: 120_000, everyMs: 200 },
    );
  }

  const finished = new Set<string>();

  /** What has been started up to now is not what a test waits for. */
  async function forgetStarted(): Promise<void> {
    for (const path of await repo.statusPaths()) finished.add(path.slice('operations/'.length, -'.yaml'.length));
  }

  /** The operation of this name that ends next. */
  async function untilDone(wanted: RegExp): Promise<{ status: string; text: string }> {
    return eventually(
      async () => {
        const paths = (await repo.statusPaths()).filter((path) => path.startsWith('operations/'));
        const names = paths.map((path) => path.slice('operations/'.length, -'.yaml'.length));
        const name = names.find((each) => wanted.test(each) && !finished.has(each));
        if (name === undefined) throw new Error(`no operation ${wanted.source}; ${daemon.log().slice(-3000)}`);
        const text = (await repo.statusText(`operations/${name}.yaml`)) ?? '';
        const status = /^status: (\w+)/m.exec(text)?.[1] ?? '';
        if (status !== 'Succeeded' && status !== 'Failed')
          throw new Error(`${name}: ${text}; ${daemon.log().slice(-3000)}`);
        finished.add(name);
        return { status, text };
      },
      { timeoutMs: 120_000, everyMs: 200 },
    );
  }

  /** What the built command says of a profile that is not pushed yet. */
  async function planOf(text: string): Promise<string> {
    const clone = mkdtempSync(join(folder, 'plan-'));
    await repo.git('clone', '-q', repo.bare, clone);
    writeFileSync(join(clone, 'profile.yaml'), text);
    const { code, stdout, stderr } = await cli(['plan', clone, '--config', config]);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  it('are brought from bare to active, though the daemon is killed in the middle', async () => {
    await repo.push(
      {
        'profile.yaml': profile('hello'),
        'cluster.yaml': clusterDocument('web', { hostProfile: 'node', rollout: { maxFailures: 1 } }),
        ...hostFiles(HOSTS),
      },
      'three bare hosts',
    );
    await eventually(async () => (await repo.statusText('operations/web-bootstrap-1.yaml')) !== undefined, {
      timeoutMs: 60_000,
    });
    await eventually(async () => /"action":"converge"|converge/.test(daemon.log()), { timeoutMs: 60_000 });
    await daemon.kill('SIGKILL');
    daemon = startDaemon(config, { netns: lab.netns });
    await untilAll('active');

    expect(await everywhere((host) => read(host, '/etc/greeter.conf'))).toEqual(HOSTS.map((host) => `hello ${host}\n`));
    expect(await everywhere((host) => lab.exec(host, ['systemctl', 'is-active', 'docker', 'greeter']))).toEqual(
      HOSTS.map(() => 'active\nactive\n'),
    );
    expect(await everywhere((host) => lab.exec(host, ['systemctl', 'is-enabled', 'docker']))).toEqual(
      HOSTS.map(() => 'enabled\n'),
    );
    expect(await everywhere((host) => begun(host, 'greeter'))).toEqual([1, 1, 1]);
  });

  it('are left as they are by a second pass, which says so', async () => {
    const again = documentOf('Operation', 'apply-again', { type: 'apply', target: { cluster: 'web' } });
    await repo.push({ 'operations/apply-again.yaml': again }, 'apply again');

    const done = await untilDone(/^apply-again$/);

    expect(done.status).toBe('Succeeded');
    expect(await everywhere((host) => begun(host, 'greeter'))).toEqual([1, 1, 1]);
    expect(await planOf(profile('hello'))).toContain('applies nothing; 3 hosts have all of the profile');
    const { stdout } = await cli(['get', 'operations', 'apply-again', '-o', 'json', '--config', config]);
    expect(JSON.parse(stdout)).toBeDefined();
  });

  it('get a changed template as one file and one restart each, a canary first', async () => {
    const plan = await planOf(profile('good morning'));
    await repo.push({ 'profile.yaml': profile('good morning') }, 'another greeting');

    const done = await untilDone(/^web-profile-/);

    expect(plan).toContain('file /etc/greeter.conf: replace (content)');
    expect(plan).toContain('service greeter: restart');
    expect(plan).toContain('batch 1 of 3: web-1');
    expect(done.status).toBe('Succeeded');
    expect(done.text).toContain('succeeded: 3');
    expect(await everywhere((host) => read(host, '/etc/greeter.conf'))).toEqual(
      HOSTS.map((host) => `good morning ${host}\n`),
    );
    expect(await everywhere((host) => begun(host, 'greeter'))).toEqual([2, 2, 2]);
    expect(await everywhere((host) => begun(host, 'docker'))).toEqual([1, 1, 1]);
  });

  it('stop at the canary when what a template says does not pass, and recover by a commit', async () => {
    const files = [
      { path: '/etc/greeter.conf', content: 'broken\n', check: ['grep', '-q', 'good', '{}'] },
      { path: '/etc/motd', content: 'looked after\n' },
    ];
    await repo.push({ 'profile.yaml': profile('', { files }) }, 'a broken file');

    const done = await untilDone(/^web-profile-/);
    const failed = await eventually(async () => {
      const status = await repo.statusText('clusters/web/cluster.yaml');
      const [host] = [...(await repo.hostStatuses())].filter(([, { status: word }]) => word === 'failed');
      if (!host) throw new Error(status);
      return host;
    });
    const others = await read('web-3', '/etc/greeter.conf');
    await repo.push({ 'profile.yaml': profile('good evening') }, 'mended');
    await eventually(
      async () => {
        const texts = await everywhere((host) => read(host, '/etc/greeter.conf'));
        return texts.every((text) => text.startsWith('good evening'));
      },
      { timeoutMs: 60_000 },
    );
    await untilAll('active');

    expect(done.status).toBe('Failed');
    expect(done.text).toContain('succeeded: 0');
    expect(others).toBe('good morning web-3\n');
    expect(failed[0]).toBe('web-1');
    expect(JSON.stringify(failed[1])).toContain('replace file /etc/greeter.conf');
  });

  it('that drift by hand are seen to, and healed where the profile says so', async () => {
    await lab.exec('web-2', ['sh', '-c', 'echo mine >/etc/motd; systemctl stop greeter']);

    const seen = await eventually(async () => {
      const text = JSON.stringify(await repo.hostStatus('web-2'));
      if (!text.includes('"type":"Drifted","status":"True"') && !/Drifted/.test(text)) throw new Error(text);
      return text;
    });
    await repo.push({ 'profile.yaml': profile('good evening', { selfHeal: true }) }, 'heal');
    const done = await untilDone(/^web-heal-/);

    expect(seen).toContain('file /etc/motd: replace (content)');
    expect(seen).toContain('service greeter: start');
    expect(done.status).toBe('Succeeded');
    expect(await read('web-2', '/etc/motd')).toBe('looked after\n');
    expect(await lab.exec('web-2', ['systemctl', 'is-active', 'greeter'])).toBe('active\n');
  });

  it('lose what left the profile once that is confirmed, and get back what was there before', async () => {
    const files = [{ path: '/etc/greeter.conf', template: '{{ vars.greeting }} {{ host.name }}\n' }];
    await repo.push({ 'profile.yaml': profile('good evening', { files }) }, 'no motd');
    const held = await eventually(async () => {
      const text = (await repo.statusText('clusters/web/cluster.yaml')) ?? '';
      if (!text.includes('PruneNotConfirmed')) throw new Error(text);
      return text;
    });
    const before = await everywhere((host) => read(host, '/etc/motd'));
    const [, revision] = /confirmPrune: ([0-9a-f]+)/.exec(held) ?? [];
    await repo.push({ 'fleet.yaml': fleetDocument(fleet, { confirmPrune: revision }) }, 'confirmed');
    const done = await untilDone(/^web-profile-/);

    expect(before).toEqual(HOSTS.map(() => 'looked after\n'));
    expect(done.status).toBe('Succeeded');
    expect(await everywhere((host) => read(host, '/etc/motd'))).toEqual(motd);
  });

  it('that leave are left as they are, or cleaned where that is asked for', async () => {
    await repo.push(hostFiles(['web-3'], { onRemove: 'clean' }), 'web-3 is to be cleaned when it goes');
    await eventually(async () => {
      const { stdout } = await cli(['get', 'hosts', 'web-3', '-o', 'json', '--config', config]);
      return stdout.includes('"active"');
    });
    await repo.push({ 'hosts/web-2.yaml': null, 'hosts/web-3.yaml': null }, 'two leave');
    await eventually(
      async () => {
        const left = [...(await repo.hostStatuses()).keys()];
        if (left.length !== 1) throw new Error(`${left.join(', ')}: ${daemon.log().slice(-2000)}`);
        return true;
      },
      { timeoutMs: 60_000 },
    );

    expect((await untilDone(/^clean-web-3-/)).status).toBe('Succeeded');
    expect(await read('web-2', '/etc/greeter.conf')).toBe('good evening web-2\n');
    expect(await lab.exec('web-2', ['systemctl', 'is-active', 'docker'])).toBe('active\n');
    expect(
      await lab.exec('web-3', ['sh', '-c', 'ls /etc/greeter.conf /etc/docker/daemon.json 2>/dev/null || true']),
    ).toBe('');
    const query = ['dpkg-query', '-W', '-f', '${db:Status-Status} ', 'greeter', 'docker.io'];
    const packages = await lab.exec('web-3', ['sh', '-c', '"$@" 2>/dev/null || true', 'query', ...query]);
    expect(packages).not.toContain('installed');
  });

  it('lose all that their profile brought when it is taken away, by one operation', async () => {
    await repo.push({ 'cluster.yaml': clusterDocument('web') }, 'no profile any more');

    const done = await untilDone(/^web-profile-/);

    expect(done.status).toBe('Succeeded');
    expect(await read('web-1', '/etc/motd')).toBe(motd[0]);
    expect(await lab.exec('web-1', ['sh', '-c', 'systemctl is-active docker greeter || true'])).toBe(
      'inactive\ninactive\n',
    );
  });
});
