import { keyOf, splitKey, type ResourceKey } from '../../../model/resource.ts';
import type { ObjectStatus } from '../../../model/status.ts';
import { describeHalt } from '../../../rollout/brake.ts';
import { driftOf, troubleOf } from '../../../status/wellness.ts';
import { fleetReasons, type FleetReason } from '../../health.ts';
import type { ViewContext } from '../../http/context.ts';
import { hostAdvice, operationAdvice, type Advice } from '../advice.ts';
import { pageOf, paths } from '../links.ts';
import { plural } from '../text.ts';
import { fleetFreeze } from './holds.ts';
import type { HostLine } from './hosts.ts';
import type { OperationLine } from './operations.ts';
import type { Standing } from './standing.ts';

/** Something that somebody should know. */
export interface Attention {
  /** `bad`: act. `warn`: know. */
  level: 'bad' | 'warn';
  /** A sentence. */
  text: string;
  /** More of it, in somebody else's words. */
  detail?: string;
  /** Where it can be looked at. */
  href?: string;
  advice?: Advice;
}

/** Everything that is not as it should be, the worst first; hosts that have the same trouble are one entry. */
export function readAttention(
  context: ViewContext,
  standing: Standing,
  hosts: readonly HostLine[],
  operations: readonly OperationLine[],
): Attention[] {
  const freeze = fleetFreeze(context);
  const told = fleetTroubles(context, standing);
  return [
    ...standing.troubles.map((text): Attention => ({ level: 'bad', text, advice: STORE_ADVICE })),
    ...halts(standing),
    ...told.filter(({ href }) => href === undefined),
    ...hostTroubles(context, hosts),
    ...operationTroubles(context, operations),
    ...told.filter(({ href }) => href !== undefined),
    ...otherTroubles(context),
    ...(freeze === undefined ? [] : [{ level: 'warn' as const, text: freeze }]),
    ...driftedHosts(hosts),
  ];
}

const STORE_ADVICE: Advice = {
  text: 'What is shown is what was last read. It goes on by itself as soon as the store answers.',
  command: 'intendant status',
};

/** That nothing happens is somebody's will. */
function halts({ info }: Standing): Attention[] {
  return (info?.halts ?? []).map((halt): Attention => ({
    level: 'bad',
    text: `No step begins: ${describeHalt(halt)}.`,
    advice:
      halt.by === 'command'
        ? { text: 'When it is safe to go on, lift the brake.', command: 'intendant resume-all' }
        : { text: 'When it is safe to go on, remove the file.', command: `rm ${quotePath(halt.who)}` },
  }));
}

/** A path that may be pasted into a shell. */
function quotePath(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** The daemon, the revision, and what is wrong in the configuration; what is about a file links to the findings. */
function fleetTroubles({ clock }: ViewContext, { info, diagnostics }: Standing): Attention[] {
  if (!info) return [];
  const reasons = fleetReasons({ info, diagnostics, nowMs: clock.now() });
  return reasons.map(({ about, text }): Attention => ({ level: 'bad', text, ...FLEET_ADVICE[about] }));
}

const FLEET_ADVICE: Record<FleetReason['about'], Pick<Attention, 'href' | 'advice'>> = {
  daemon: {
    advice: { text: 'Start the daemon, or find out why it ended.', command: 'systemctl status intendant' },
  },
  tip: { advice: { text: 'Have the daemon look at the repository now.', command: 'intendant reconcile' } },
  refused: {
    href: paths.diagnostics,
    advice: { text: "Push what may follow the revision in effect, or name this one in the daemon's acceptRevision." },
  },
  configuration: {
    href: paths.diagnostics,
    advice: { text: 'Mend the file and push; this shows the same findings locally.', command: 'intendant validate' },
  },
};

/** Hosts whose trouble has the same name stand together. */
function hostTroubles({ desired }: ViewContext, hosts: readonly HostLine[]): Attention[] {
  const groups = new Map<string, { hosts: HostLine[]; message: string }>();
  for (const host of hosts) {
    const trouble = host.status && host.state !== 'operating' ? troubleOf(host.status) : undefined;
    if (!trouble) continue;
    const group = groups.get(trouble.reason);
    if (group) group.hosts.push(host);
    else groups.set(trouble.reason, { hosts: [host], message: trouble.message });
  }
  return [...groups]
    .sort(([, a], [, b]) => b.hosts.length - a.hosts.length)
    .map(([reason, { hosts: bad, message }]) => {
      const [first] = bad;
      const resource = desired.inventory.get(keyOf('Host', first!.name));
      const only = bad.length === 1;
      return {
        level: 'bad',
        text: `${nameHosts(bad)} ${only ? 'has' : 'have'} failed (${reason}).`,
        detail: only ? message : `${first!.name}: ${message}`,
        href: only ? paths.host(first!.name) : paths.state('failed'),
        advice: hostAdvice(first!.name, first!.address, reason, resource),
      };
    });
}

function nameHosts(hosts: readonly HostLine[]): string {
  if (hosts.length === 1) return hosts[0]!.name;
  const clusters = [...new Set(hosts.map(({ cluster }) => cluster))];
  const where = clusters.length === 1 && clusters[0] !== '' ? ` of ${clusters[0]!}` : '';
  return hosts.length <= 3 ? hosts.map(({ name }) => name).join(', ') : `${plural(hosts.length, 'host')}${where}`;
}

function operationTroubles({ cache, desired }: ViewContext, operations: readonly OperationLine[]): Attention[] {
  return operations.flatMap((operation): Attention[] => {
    const key: ResourceKey = keyOf('Operation', operation.name);
    const status = cache.get(key)?.status;
    const trouble = status && troubleOf(status);
    if (!trouble || !status) return [];
    const round = typeof status.detail.round === 'number' ? status.detail.round : 0;
    const advice = operationAdvice({ ...operation, reason: trouble.reason }, round, desired.inventory.get(key));
    return [
      {
        level: 'bad',
        text: `${operation.name} ${operation.phase === 'Failed' ? 'has failed' : 'stands still'}.`,
        detail: trouble.message,
        href: paths.operation(operation.name),
        ...(advice && { advice }),
      },
    ];
  });
}

/** Kinds without a page of their own. A cluster whose hosts are away says nothing that its hosts do not. */
function otherTroubles({ cache }: ViewContext): Attention[] {
  return cache.list().flatMap(({ status }): Attention[] => {
    const { kind } = splitKey(status.key);
    const trouble = kind === 'Host' || kind === 'Operation' ? undefined : troubleOf(status);
    if (!trouble || isAboutHosts(trouble.reason, status)) return [];
    const href = pageOf(status.key);
    return [
      { level: 'bad', text: `${status.key} is ${status.status}.`, detail: trouble.message, ...(href && { href }) },
    ];
  });
}

function isAboutHosts(reason: string, { key }: ObjectStatus): boolean {
  return key.startsWith('Cluster/') && (reason === 'HostsUnavailable' || reason === 'NoHostActive');
}

function driftedHosts(hosts: readonly HostLine[]): Attention[] {
  const drifted = hosts.filter(({ state }) => state === 'drifted');
  const [first] = drifted;
  if (!first) return [];
  const drift = first.status && driftOf(first.status);
  return [
    {
      level: 'warn',
      text: `${nameHosts(drifted)} ${drifted.length === 1 ? 'is' : 'are'} not as the repository says.`,
      ...(drift && { detail: drifted.length === 1 ? drift.message : `${first.name}: ${drift.message}` }),
      href: drifted.length === 1 ? paths.host(first.name) : paths.state('drifted'),
    },
  ];
}
