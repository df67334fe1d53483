import type { HostFaults } from '../../reconciler/demo/faults.ts';
import type { Random } from '../../reconciler/model/clock.ts';
import { document } from './documents.ts';

/** One operation of a round, and what must come of it where nothing stops it early. */
export interface DrawnOperation {
  name: string;
  type: 'restart' | 'run';
  hosts: string[];
  text: string;
  /** How many of its hosts may be down at once. */
  maxUnavailable: number;
  /** False: the first host that fails ends it. */
  toleratesFailures: boolean;
  /** Hosts on which it fails when it gets to them. */
  fails: string[];
}

/** Operations that are pushed together, and the state of the hosts meanwhile. */
export interface DrawnRound {
  operations: DrawnOperation[];
  faults: Map<string, HostFaults>;
}

/**
 * Draws what a round is made of: two operations in each cluster and now and then one across all, restarts and scripts in
 * batches of all kinds, hosts that are ailing, answers that are lost in the moment in which a step begins.
 */
export function drawRound(random: Random, clusters: ReadonlyMap<string, readonly string[]>, round: number): DrawnRound {
  const all = [...clusters.values()].flat();
  const ailing = new Set(all.filter(() => random() < 0.15));
  const faults = new Map(all.map((host) => [host, drawFaults(random, ailing.has(host))]));
  const operations: DrawnOperation[] = [];
  for (const [cluster, hosts] of clusters) {
    for (const name of [`${cluster}-r${round}-a`, `${cluster}-r${round}-b`]) {
      operations.push(drawOperation(random, name, { cluster }, hosts, ailing));
    }
  }
  if (random() < 0.3) {
    const hosts = all.filter(() => random() < 0.5);
    if (hosts.length > 0) operations.push(drawOperation(random, `across-r${round}`, { hosts }, hosts, ailing));
  }
  return { operations, faults };
}

function drawOperation(
  random: Random,
  name: string,
  target: object,
  hosts: readonly string[],
  ailing: ReadonlySet<string>,
): DrawnOperation {
  const type = random() < 0.5 ? 'restart' : 'run';
  const checked = type === 'run' || random() < 0.6;
  const toleratesFailures = random() < 0.7;
  const fails = checked ? hosts.filter((host) => ailing.has(host)) : [];
  // A restarted host whose check failed counts as down until a person says otherwise: there must be room for it.
  const alone = random() < 0.4 && (type === 'run' || fails.length === 0);
  const maxUnavailable = alone ? 1 : hosts.length;
  const rollout = {
    batches: pick(random, [1, 1, 2, '50%', '100%', [1, '100%']]),
    maxUnavailable,
    maxFailures: toleratesFailures ? hosts.length : 0,
  };
  // An ailing host is one whose units are not well: a script that looks at one fails there, and so does a check.
  const script = `#!/bin/sh\nset -e\nsleep 0.${pick(random, [1, 3, 6])}\nsystemctl is-active it\necho "hello $1"\n`;
  const checks = { after: [{ command: ['systemctl', 'is-system-running'] }] };
  const action = type === 'run' ? { script, args: [name] } : checked ? { checks } : {};
  return {
    name,
    type,
    hosts: [...hosts],
    text: document('Operation', name, { type, target, timeout: '60s', rollout, ...action }),
    maxUnavailable,
    toleratesFailures,
    fails,
  };
}

function drawFaults(random: Random, ailing: boolean): HostFaults {
  const when = random() < 0.5 ? ('before' as const) : ('after' as const);
  return {
    failChecks: ailing,
    resetInCommand: random() < 0.2 ? { verb: 'step-start', times: 1, when } : undefined,
    slowMs: random() < 0.1 ? 100 : undefined,
    rebootDelayMs: random() < 0.2 ? Math.floor(random() * 500) : undefined,
  };
}

/** One of these. */
export function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}
