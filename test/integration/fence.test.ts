import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startFleet } from '../../reconciler/demo/fleet.ts';
import type { SimulatedFleet } from '../../reconciler/demo/fleet.ts';
import { openStore } from '../../reconciler/store/open-store.ts';
import { startEtcd } from '../support/etcd.ts';
import type { TestEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import type { FrozenHandsPlan } from '../support/frozen-hands.ts';
import { plainScript } from '../support/plain-script.ts';
import { describeWith } from '../support/real-parts.ts';

const SUPPORT = join(import.meta.dirname, '../support');
const ROOMS = join(import.meta.dirname, '../../dist/reconciler');
const LEASE_MS = 2000;

describeWith(
  ['etcd'],
  'the fence between a lease and the hosts, in a process that is frozen and wakes too late',
  () => {
    let folder: string;
    let etcd: TestEtcd;
    let fleet: SimulatedFleet;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'fence-'));
      etcd = await startEtcd();
      fleet = await startFleet({ hosts: ['web-1'] });
    });
    afterEach(async () => {
      await fleet.stop();
      await etcd.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Freezes it, lets another take the lease over, wakes it; answers with what it printed, and what the host saw after that. */
    async function wakeTooLate(fenced: boolean): Promise<{ printed: unknown; started: number }> {
      const { host, port } = fleet.addresses.get('web-1')!;
      const hostKeys = [fleet.hostKeys.get('web-1')!];
      const target = { name: 'web-1', address: '10.0.0.1', port: 22, user: 'root', hostKeys, jumps: [] };
      const plan: FrozenHandsPlan = {
        rooms: ROOMS,
        state: join(folder, 'first'),
        etcd: etcd.endpoint,
        key: fleet.clientKey,
        target: { ...target, trustOnFirstUse: false },
        dialMap: { '10.0.0.1:22': `${host}:${port}` },
        leaseMs: LEASE_MS,
        fenced,
      };
      const child = spawn(process.execPath, [plainScript(SUPPORT, ['frozen-hands']), JSON.stringify(plan)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const second = await openStore({
        fleet: 'test',
        state: join(folder, 'second'),
        store: { type: 'etcd', endpoints: [etcd.endpoint] },
      });
      try {
        let printed = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
        await eventually(() => /^State:\s+T/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')), {
          timeoutMs: 20_000,
        });
        const lease = await second.lease('daemon', 'the second', LEASE_MS, AbortSignal.timeout(20_000));
        child.kill('SIGCONT');
        await once(child, 'close');
        await lease.release();
        const started = (await fleet.records()).filter(({ event }) => event === 'started').length;
        return { printed: JSON.parse(printed), started };
      } finally {
        child.kill('SIGKILL');
        await second.close();
      }
    }

    it('refuses the step before a byte of it is sent', async () => {
      const { printed, started } = await wakeTooLate(true);

      expect(printed).toEqual({ refused: 'LEASE_LOST' });
      expect(started).toBe(0);
    });

    it('is what refuses it: without the fence the host starts it, under a lease that is another’s', async () => {
      const { printed, started } = await wakeTooLate(false);

      expect(printed).toMatchObject({ state: 'started' });
      expect(started).toBe(1);
    });
  },
);
