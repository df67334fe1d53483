import { dirname, join } from 'node:path';
import { mostDownAtOnce, outages } from '../../reconciler/demo/outages.ts';
import type { HostEvent } from '../../reconciler/demo/record.ts';
import { socketPath } from '../../reconciler/view/socket-path.ts';
import { SocketView } from '../../reconciler/view/socket-view.ts';
import { expect } from 'vitest';
import { journalOf } from './crash.ts';
import type { DrawnOperation } from './random-operations.ts';
import type { StatusFile } from './repo.ts';

interface Outcomes {
  phase: string | undefined;
  /** `succeeded`, `failed`, `skipped`; a host that was not come to has none. */
  byHost: Record<string, string | undefined>;
}

/** What came of an operation, as the status branch has it. */
export function outcomesOf({ status, detail }: StatusFile): Outcomes {
  const outcomes = Object.entries((detail?.outcomes ?? {}) as Record<string, { result: string }>);
  return { phase: status, byHost: Object.fromEntries(outcomes.map(([host, { result }]) => [host, result])) };
}

/** That an operation ended as it must, and that status, journal and the hosts' own record of the round say the same. */
export async function proveOperation(
  operation: DrawnOperation,
  status: StatusFile,
  record: readonly HostEvent[],
  configPath: string,
): Promise<void> {
  const { name, type, hosts, fails, toleratesFailures } = operation;
  const said = outcomesOf(status);
  const seen = hosts.map((host) => ({ host, ...actsOn(host, name, type, record) }));
  const complete = toleratesFailures || fails.length === 0;
  // Where not one host succeeded, it has failed, whatever it tolerates.
  const succeeds = complete && fails.length < hosts.length;

  expect(said.phase, `${name}: ${JSON.stringify(status)}`).toBe(succeeds ? 'Succeeded' : 'Failed');
  for (const { host, ...acts } of seen) {
    const result = said.byHost[host];
    const wanted = fails.includes(host) ? 'failed' : 'succeeded';
    // Where the failure of one ends it all, others may never be come to: then nothing was done there.
    if (complete || result !== undefined) expect(result, `${name} on ${host}`).toBe(wanted);
    expect(acts, `${name} on ${host}, which ${result ?? 'was not come to'}`).toEqual(
      result === undefined ? nothing : once(type, result),
    );
  }
  const journal = await journalOf(dirname(configPath), name);
  const open = journal.filter(({ value }) => value.outcome === undefined).map(({ step }) => step);
  const verdicts = journal
    .filter(({ value }) => value.step.verdict)
    .map(({ value }) => [value.step.target.slice('Host/'.length), value.outcome?.result]);
  expect({ open, verdicts: Object.fromEntries(verdicts) }, name).toEqual({ open: [], verdicts: said.byHost });
}

/** That over a whole round hosts went down only for a reboot that was asked for, and never too many at once. */
export function proveRecord(operations: readonly DrawnOperation[], record: readonly HostEvent[]): void {
  const count = (host: string, holds: (event: HostEvent) => boolean): number =>
    record.filter((event) => event.host === host && holds(event)).length;
  for (const host of new Set(record.map((event) => event.host))) {
    const reboots = count(host, ({ event, step }) => event === 'started' && step?.endsWith('-reboot') === true);
    const went = { down: count(host, isEvent('down')), boot: count(host, isEvent('boot')) };
    expect(went, host).toEqual({ down: reboots, boot: reboots });
  }
  // Operations that share hosts go one after the other.
  const clusters = new Set(operations.flatMap(({ hosts }) => hosts.map(clusterOf)));
  for (const cluster of clusters) {
    const concerned = operations.filter(({ hosts }) => hosts.some((host) => clusterOf(host) === cluster));
    const most = Math.max(...concerned.map(({ maxUnavailable }) => maxUnavailable));
    const down = outages(record.filter(({ host }) => clusterOf(host) === cluster));
    expect(mostDownAtOnce(down), `hosts of ${cluster} down at once`).toBeLessThanOrEqual(most);
  }
}

/** That nobody holds a host any more. */
export async function proveNoClaims(configPath: string): Promise<void> {
  const view = new SocketView(socketPath(join(dirname(configPath), 'state')));
  const { claims } = await view.claims(AbortSignal.timeout(5000));
  expect(claims).toEqual([]);
}

const nothing = { started: 0, ended: 0, codes: [] as number[] };

function once(type: DrawnOperation['type'], result: string): typeof nothing {
  if (type === 'restart') return { started: 1, ended: 0, codes: [] };
  return { started: 1, ended: 1, codes: [result === 'failed' ? 3 : 0] };
}

function actsOn(
  host: string,
  operation: string,
  type: DrawnOperation['type'],
  record: readonly HostEvent[],
): typeof nothing {
  const action = type === 'restart' ? 'reboot' : 'run';
  const own = record.filter(
    (event) => event.host === host && event.step?.startsWith(`${operation}.`) && event.step.endsWith(action),
  );
  const ended = own.filter(isEvent('ended'));
  return { started: own.filter(isEvent('started')).length, ended: ended.length, codes: ended.map((e) => e.exitCode!) };
}

function isEvent(name: HostEvent['event']): (event: HostEvent) => boolean {
  return ({ event }) => event === name;
}

function clusterOf(host: string): string {
  return host.slice(0, host.lastIndexOf('-'));
}
