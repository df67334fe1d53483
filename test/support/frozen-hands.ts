import { join } from 'node:path';
import type * as Fence from '../../reconciler/compose/fenced-transport.ts';
import type * as Hands from '../../reconciler/hosts/host.ts';
import type * as Transport from '../../reconciler/hosts/ssh-transport.ts';
import type { HostTarget } from '../../reconciler/hosts/transport.ts';
import type * as Clocks from '../../reconciler/model/clock.ts';
import type * as OpenStore from '../../reconciler/store/open-store.ts';

/*
 * Holds the lease of a fleet, opens a connection to a host, freezes itself, and starts a step on that host in the same breath
 * in which it wakes, before any timer can have told it that time went by. Prints what became of the step as JSON.
 */

/** What it is started with, as its one argument in JSON. */
export interface FrozenHandsPlan {
  /** Folder of the compiled rooms. */
  rooms: string;
  state: string;
  etcd: string;
  /** Private key, OpenSSH form. */
  key: string;
  target: HostTarget;
  dialMap: Record<string, string>;
  leaseMs: number;
  /** False: the fence is left out. */
  fenced: boolean;
}

const plan = JSON.parse(process.argv[2]!) as FrozenHandsPlan;
const room = (path: string): string => join(plan.rooms, path);
const { fencedTransport } = (await import(room('compose/fenced-transport.js'))) as typeof Fence;
const { hostHands } = (await import(room('hosts/host.js'))) as typeof Hands;
const { sshTransport } = (await import(room('hosts/ssh-transport.js'))) as typeof Transport;
const { systemClock: clock } = (await import(room('model/clock.js'))) as typeof Clocks;
const { openStore } = (await import(room('store/open-store.js'))) as typeof OpenStore;

const signal = new AbortController().signal;
const store = await openStore({ fleet: 'test', state: plan.state, store: { type: 'etcd', endpoints: [plan.etcd] } });
const lease = await store.lease('daemon', 'the first', plan.leaseMs, signal);
const reaching = sshTransport({
  identities: { default: { keyEnv: 'KEY' } },
  env: { KEY: plan.key },
  dialMap: plan.dialMap,
  clock,
});
const transport = plan.fenced ? fencedTransport(reaching, lease) : reaching;
const hands = hostHands({ transport, clock });
await hands.facts(plan.target, signal);

process.kill(process.pid, 'SIGSTOP');
const started = await hands
  .startStep(
    plan.target,
    {
      stepsRoot: '/var/lib/intendant/test/steps',
      stepId: 'late.0.0-run',
      digest: 'd',
      action: { kind: 'script', script: '#!/bin/sh\necho late\n', args: [] },
      timeoutSeconds: 10,
    },
    signal,
  )
  .catch((error: { code?: string }) => ({ refused: error.code }));
process.stdout.write(`${JSON.stringify(started)}\n`);
process.exit(0);
