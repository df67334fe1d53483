import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDaemon } from '../support/cli.ts';
import type { Daemon } from '../support/cli.ts';
import { writeDaemonConfig } from '../support/daemon-config.ts';
import { clusterDocument, document as documentOf, fleetDocument, hostDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startLab } from '../support/lab/lab.ts';
import type { Lab } from '../support/lab/lab.ts';
import { offerPackages, writeOn } from '../support/lab/packages.ts';
import { describeWith } from '../support/real-parts.ts';
import { TestRepo } from '../support/repo.ts';
import type { StatusFile } from '../support/repo.ts';

/**
 * Stands in for rpm-ostree, which Debian has not: keeps what is deployed and what was before, says that a deployment is staged where
 * ostree does, and boots what was staged. Refuses what it does not know.
 */
const RPM_OSTREE = `#!/bin/sh
s=/var/lib/rpm-ostree-stand-in
mkdir -p $s
echo "$*" >>$s/log
[ -e $s/deployed ] || echo good >$s/deployed
stage() { cp $s/deployed $s/before; echo "$1" >$s/deployed; mkdir -p /run/ostree; cp $s/before /run/ostree/staged-deployment; }
case $1 in
  deploy) stage "$2" ;;
  rollback) stage "$(cat $s/before)" ;;
  status) printf '{ "deployments": [ { "booted": true, "version": "%s" } ] }\\n' "$(cat /run/ostree/staged-deployment 2>/dev/null || cat $s/deployed)" ;;
  *) echo "error: Unknown command '$1'" >&2; exit 1 ;;
esac
`;

describeWith(['lab', 'git'], 'hosts that are upgraded and deployed', () => {
  let lab: Lab;
  let folder: string;
  let repo: TestRepo;
  let daemon: Daemon;

  beforeAll(async () => {
    lab = await startLab();
    await Promise.all([lab.boot('packages', '10.77.0.21'), lab.boot('image', '10.77.0.22')]);
    folder = mkdtempSync(join(tmpdir(), 'upgrade-'));
    await offer('1.0', '');
    await lab.exec('packages', ['sh', '-c', 'apt-get -q update && apt-get -qy install greeting']);
    await write('image', '/usr/local/bin/rpm-ostree', RPM_OSTREE, 0o755);
    await write('image', '/etc/tmpfiles.d/ostree.conf', 'f /run/ostree-booted\nd /run/ostree\n');
    await lab.exec('image', ['systemd-tmpfiles', '--create']);
    await lab.exec('image', ['sh', '-c', 'rm /etc/os-release; printf "ID=fedora\\nVERSION_ID=41\\n" >/etc/os-release']);

    repo = await TestRepo.create(join(folder, 'git'));
    const fleet = `lab-${Date.now()}`;
    const { clientKey } = lab;
    const config = writeDaemonConfig({ folder: join(folder, 'daemon'), fleet, repository: repo.bare, clientKey });
    await repo.push(
      {
        'fleet.yaml': fleetDocument(fleet),
        'cluster.yaml': clusterDocument('web'),
        ...Object.fromEntries(
          ['packages', 'image'].map((name) => {
            const { ip, hostKey } = lab.host(name);
            return [`hosts/${name}.yaml`, hostDocument(name, ip, 'web', { hostKeys: [hostKey] })];
          }),
        ),
      },
      'two hosts',
    );
    daemon = startDaemon(config, { netns: lab.netns });
    await eventually(
      async () => [...(await repo.hostStatuses()).values()].filter(({ status }) => status === 'active').length === 2,
      { timeoutMs: 60_000 },
    );
  }, 300_000);

  afterAll(async () => {
    await daemon?.kill();
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (host: string, path: string, text: string, mode?: number): Promise<void> =>
    writeOn(lab, host, path, text, mode);

  /** The host's apt knows this version of the package; `postinst` is what it does when it is installed. */
  const offer = (version: string, postinst: string): Promise<void> =>
    offerPackages(lab, 'packages', [{ name: 'greeting', version, postinst }]);

  async function run(name: string, spec: object): Promise<StatusFile> {
    const document = documentOf('Operation', name, spec);
    await repo.push({ [`operations/${name}.yaml`]: document }, name);
    return eventually(
      async () => {
        const file = await repo.status(`operations/${name}.yaml`);
        if (file?.status !== 'Succeeded' && file?.status !== 'Failed') {
          throw new Error(`the operation is ${JSON.stringify(file)}; ${daemon.log().slice(-3000)}`);
        }
        return file;
      },
      { timeoutMs: 120_000, everyMs: 200 },
    );
  }

  const boots = async (host: string): Promise<number> => (await lab.bootLog(host)).length;

  it('take the new package, and are rebooted only where it asks for a reboot', async () => {
    const before = await boots('packages');
    const spec = { type: 'upgrade', target: { hosts: ['packages'] } };
    await offer('1.1', '');

    const quiet = await run('upgrade-1', spec);
    const afterQuiet = await boots('packages');
    await offer('1.2', 'touch /run/reboot-required');
    const loud = await run('upgrade-2', spec);

    expect([quiet.status, loud.status]).toEqual(['Succeeded', 'Succeeded']);
    expect(afterQuiet - before).toBe(0);
    expect((await boots('packages')) - before).toBe(1);
    expect(await lab.exec('packages', ['dpkg-query', '-W', '-f', '${Version}', 'greeting'])).toContain('1.2');
  });

  it('run the version that is deployed, and go back from one that does not pass', async () => {
    const before = await boots('image');
    const checks = {
      after: [{ name: 'health', command: ['sh', '-c', '! grep -q bad /var/lib/rpm-ostree-stand-in/deployed'] }],
    };
    const spec = { type: 'deploy', target: { hosts: ['image'] }, rollback: true, checks };

    const better = await run('deploy-better', { ...spec, version: 'better' });
    const bad = await run('deploy-bad', { ...spec, version: 'bad' });

    expect([better.status, bad.status]).toEqual(['Succeeded', 'Failed']);
    expect(JSON.stringify(bad)).toContain('it went back to the deployment before');
    expect((await boots('image')) - before).toBe(3);
    const log = (await lab.exec('image', ['cat', '/var/lib/rpm-ostree-stand-in/log'])).trim().split('\n');
    expect(log.filter((line) => !line.startsWith('status'))).toEqual(['deploy better', 'deploy bad', 'rollback']);
    expect(await lab.exec('image', ['cat', '/var/lib/rpm-ostree-stand-in/deployed'])).toContain('better');
  });

  it('fail untouched where there are no versions to deploy', async () => {
    const before = await boots('packages');

    const done = await run('deploy-packages', { type: 'deploy', target: { hosts: ['packages'] }, version: '1' });

    expect(done.status).toBe('Failed');
    expect(JSON.stringify(done)).toContain('DeployNotSupported');
    expect((await boots('packages')) - before).toBe(0);
  });
});
