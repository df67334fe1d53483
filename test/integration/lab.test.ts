import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mostDownAtOnce } from '../../reconciler/demo/outages.ts';
import { eventually } from '../support/eventually.ts';
import { outagesOf } from '../support/lab/boot-log.ts';
import { processesOf } from '../support/lab/cgroup.ts';
import { startLab } from '../support/lab/lab.ts';
import type { Lab } from '../support/lab/lab.ts';
import { sweepStaleRuns } from '../support/lab/sweep.ts';
import { describeWith } from '../support/real-parts.ts';

const DOOMED = join(import.meta.dirname, '../support/lab/doomed-child.ts');
const HOSTS = ['h1', 'h2', 'h3'];

describeWith(['lab'], 'the lab of real systemd hosts', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab();
    await Promise.all(HOSTS.map((name, index) => lab.boot(name, `10.77.0.${11 + index}`)));
  }, 300_000);

  afterAll(async () => {
    await lab?.stop();
  });

  async function read(name: string, path: string): Promise<string> {
    return (await lab.exec(name, ['cat', path])).trim();
  }

  it('gives each host systemd, a name, a boot id and a machine id of its own', async () => {
    const bootIds = await Promise.all(HOSTS.map((name) => read(name, '/proc/sys/kernel/random/boot_id')));
    const init = await read('h2', '/proc/1/comm');
    const hostname = await lab.ssh('h2', 'hostname');

    expect(new Set(bootIds).size).toBe(3);
    expect(new Set(HOSTS.map((name) => lab.host(name).machineId)).size).toBe(3);
    expect(init).toBe('systemd');
    expect(hostname.stdout.trim()).toBe('h2');
  });

  it('makes of `systemctl reboot` a reboot: a new boot id, uptime from zero, the same machine id', async () => {
    const before = await read('h1', '/proc/sys/kernel/random/boot_id');

    await lab.ssh('h1', 'systemctl reboot');
    await eventually(
      async () => (await lab.ssh('h1', 'cat /proc/sys/kernel/random/boot_id')).stdout.trim() !== before,
      {
        timeoutMs: 30_000,
        everyMs: 100,
      },
    );
    await lab.reachable('h1');

    const boots = await lab.bootLog('h1');
    expect(boots.map(({ bootId }) => bootId)).toEqual([before, await read('h1', '/proc/sys/kernel/random/boot_id')]);
    expect(Number((await read('h1', '/proc/uptime')).split(' ')[0])).toBeLessThan(60);
    expect(await read('h1', '/etc/machine-id')).toBe(lab.host('h1').machineId);
    expect(outagesOf('h1', boots)).toHaveLength(1);
    expect(mostDownAtOnce(outagesOf('h1', boots))).toBe(1);
  });

  it('makes of `cut` a power loss: what is on the disk stays, and it comes back with a new boot id', async () => {
    await lab.exec('h3', ['sh', '-c', 'echo kept > /root/note; sync']);
    const before = await read('h3', '/proc/sys/kernel/random/boot_id');

    await lab.cut('h3');

    expect((await lab.ssh('h3', 'true')).code).not.toBe(0);
    await lab.on('h3');
    expect(await read('h3', '/root/note')).toBe('kept');
    expect(await read('h3', '/proc/sys/kernel/random/boot_id')).not.toBe(before);
    expect((await lab.ssh('h2', 'true')).code).toBe(0);
  });

  it('sweeps up what a run left that was killed, and leaves running labs alone', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', DOOMED], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const run = line
      .toString()
      .trim()
      .replace(/-switch$/, '');
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(existsSync(`/run/netns/${run}-doomed`)).toBe(true);
    expect(processesOf(`${run}-doomed`).length).toBeGreaterThan(0);

    await sweepStaleRuns();

    expect(readdirSync('/run/netns').filter((name) => name.startsWith(run))).toEqual([]);
    expect(processesOf(`${run}-doomed`)).toEqual([]);
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(run.replace(/^intlab-/, 'runs/'));
    expect((await lab.ssh('h2', 'true')).code).toBe(0);
  });
});
