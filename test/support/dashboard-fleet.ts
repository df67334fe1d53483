import { reviewOperation } from '../../reconciler/kinds/operation/review.ts';
import type { Resource } from '../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { keys } from '../../reconciler/store/keys.ts';
import type { RevisionEntry } from '../../reconciler/view/http/git-reading.ts';
import { beginRestart, RESTART } from './dashboard-restart.ts';
import { dashboardWorld, type DashboardWorld } from './dashboard-world.ts';
import { documentOf, type Files } from './inventory.ts';
import { clusterStatus, conditionOf, fakeHex, hostStatus } from './statuses.ts';

const MINUTE_MS = 60_000;

/** A fleet in which everything that can be seen is to be seen: every state of a host, every phase of an operation. */
export async function busyFleet(hosts: number, clusters: readonly string[]): Promise<DashboardWorld> {
  const names = Array.from({ length: hosts }, (_, index) => {
    const cluster = clusters[index % clusters.length]!;
    return { cluster, name: `${cluster}-${Math.floor(index / clusters.length) + 1}`, index };
  });
  const restarted = names.filter(({ cluster }) => cluster === clusters[0]).map(({ name }) => name);
  const files: Files = { 'fleet.yaml': documentOf('Fleet', 'prod', {}) };
  for (const cluster of clusters)
    files[`clusters/${cluster}.yaml`] = documentOf('Cluster', cluster, { description: `Hosts of ${cluster}` });
  for (const { cluster, name, index } of names) {
    files[`hosts/${name}.yaml`] = documentOf(
      'Host',
      name,
      { address: addressOf(index), cluster },
      { rack: `r${index % 7}` },
    );
  }
  const spec = { type: 'restart', target: { cluster: clusters[0] }, rollout: { batches: [1, '25%'], maxFailures: 2 } };
  files['operations/restart.yaml'] = documentOf('Operation', RESTART, spec);
  const world = await dashboardWorld({
    files,
    statuses: [
      ...names.flatMap(({ name, cluster, index }) => hostOf(name, cluster, index)),
      ...clusters.map((cluster) => clusterStatus(cluster, Math.ceil(hosts / clusters.length), 0)),
      ...endedOperations(clusters[0]!),
    ],
    revision: {
      held: { [clusters.at(-1)!]: fakeHex('older', 40) },
      diagnosticsTotal: 2,
      diagnostics: [...findings(clusters.at(-1)!)],
    },
    revisions: revisions(names.map(({ name }) => name)),
    plan: (branch) => {
      if (branch !== 'next') return undefined;
      const { inventory } = world.context.desired;
      const review = reviewOperation(
        inventory.get(`Operation/${RESTART}`) as Resource<'Operation'>,
        inventory,
        () => undefined,
        Date.now(),
      );
      const changes = [
        {
          symbol: '+' as const,
          key: `Operation/${RESTART}` as const,
          lines: ['spec.target.cluster: web', 'spec.type: restart'],
        },
        { symbol: '~' as const, key: `Host/${names[0]!.name}` as const, lines: ['spec.port: 22 → 2222'] },
        { symbol: '-' as const, key: 'Host/gone' as const, lines: [] },
        {
          symbol: '-/+' as const,
          key: `Host/${names[1]!.name}` as const,
          lines: ['spec.address: 10.0.0.4 → 10.0.0.44'],
        },
      ];
      return {
        branch,
        head: fakeHex('head', 40),
        base: inventory.commit,
        changes,
        operations: [review],
        profiles: [],
        diagnostics: [],
      };
    },
  });
  await world.store.lease('daemon', 'mgmt-1.example.com', 600_000, world.context.stopping);
  await world.write(keys.heartbeat(clusters[0]!), { format: 1, at: ago(12_000), since: ago(20_000), lastCheck: {} });
  await beginRestart(world, restarted, clusters[0]!);
  return world;
}

function addressOf(index: number): string {
  return `10.0.${index >> 8}.${index & 255}`;
}

function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

/** A host by its number: most are well, and some of a thousand are in each other state. */
function hostOf(name: string, cluster: string, index: number): ObjectStatus[] {
  const status = hostStatus(name, index % 97 === 13 ? 'failed' : 'active', cluster);
  status.detail.address = addressOf(index);
  Object.assign(status.detail.facts as object, { bootedAt: ago(86_400_000 + index * MINUTE_MS) });
  if (index % 301 === 30) return [];
  if (index % 131 === 7)
    return [
      {
        ...status,
        status: 'bootstrapping',
        conditions: [conditionOf('Ready', 'Unknown', 'Bootstrapping', 'it is being brought to its profile')],
      },
    ];
  if (index % 211 === 9) return [{ ...status, status: 'disassociated' }];
  if (index % 173 === 11)
    return [
      {
        ...status,
        status: 'investigating',
        conditions: [conditionOf('Ready', 'Unknown', 'Investigating', 'the host has not been looked at yet')],
      },
    ];
  if (index % 61 === 17) {
    status.detail.maintenance = true;
    status.conditions.push(conditionOf('Suspended', 'True', 'InMaintenance', 'in maintenance by jo: new disks'));
  }
  if (index % 89 === 4) {
    status.conditions.push(conditionOf('Drifted', 'True', 'ProfileDrifted', 'file /etc/motd: replace (content)'));
    const changes = ['file /etc/motd: replace (content)', 'package nginx: install', 'service telnetd: stop (running)'];
    status.detail.profile = { digest: 'a', wanted: 'b', applied: 'b', total: 3, removals: 1, changes };
  }
  return [status];
}

function endedOperations(cluster: string): ObjectStatus[] {
  const operation = (
    name: string,
    status: string,
    reason: string,
    message: string,
    done: [number, number],
    more: object,
  ): ObjectStatus => ({
    key: `Operation/${name}`,
    cluster,
    status,
    conditions: [
      conditionOf(
        'Ready',
        status === 'Succeeded' ? 'True' : status === 'Failed' ? 'False' : 'Unknown',
        reason,
        message,
      ),
    ],
    detail: {
      type: 'upgrade',
      clusters: [cluster],
      hosts: {
        total: 20,
        succeeded: done[0],
        failed: done[1],
        skipped: 0,
        running: 0,
        pending: 20 - done[0] - done[1],
      },
      batches: { total: 4, current: 2 },
      round: 0,
      beganAt: ago(90 * MINUTE_MS),
      outcomes: {},
      ...more,
    },
  });
  return [
    operation(
      'upgrade-nightly',
      'Failed',
      'Failed',
      '1 of at most 0 hosts may fail, and have: web-2; web-2: the package manager failed with exit code 100',
      [4, 1],
      {
        finishedAt: ago(60 * MINUTE_MS),
        outcomes: { 'web-2': { result: 'failed', message: 'the package manager failed with exit code 100' } },
      },
    ),
    operation('deploy-next', 'Suspended', 'PausedAfterBatch', 'paused after batch 1, as the document asks', [5, 0], {}),
    operation('restart-last-month', 'Succeeded', 'Succeeded', '20 succeeded', [20, 0], {
      finishedAt: ago(40_000 * MINUTE_MS),
      beganAt: ago(40_010 * MINUTE_MS),
    }),
  ];
}

function* findings(cluster: string) {
  yield {
    severity: 'error' as const,
    code: 'unknown-field',
    message: 'spec has no field "adress"; did you mean "address"?',
    file: `clusters/${cluster}/hosts/new.yaml`,
    line: 6,
    column: 3,
    key: 'Host/new' as const,
    cluster,
  };
  yield {
    severity: 'warning' as const,
    code: 'unpinned',
    message: 'the host key is not pinned',
    file: 'hosts/web-1.yaml',
    line: 4,
    column: 1,
  };
}

function revisions(hosts: readonly string[]): RevisionEntry[] {
  const subjects = [
    'Restart web for the new kernel',
    'Add four hosts',
    'Take a host out for new disks',
    'Raise the failure budget of the nightly upgrade',
  ];
  return Array.from({ length: 30 }, (_, index) => ({
    commit: fakeHex(index === 0 ? 'commit' : `commit ${index}`, 40),
    author: ['Ada Lovelace', 'Jo Operator', 'Kai Nguyen'][index % 3]!,
    at: ago(index * 90 * MINUTE_MS),
    subject: subjects[index % 4]!,
    ...(index === 5
      ? {}
      : {
          changes: hosts.slice(index % 4, (index % 4) + (index % 4 === 1 ? 4 : 1)).map((name) => ({
            symbol: index % 4 === 1 ? ('+' as const) : ('~' as const),
            key: `Host/${name}` as const,
            lines: ['spec.maintenance.who: jo', 'spec.maintenance.why: new disks'],
          })),
        }),
  }));
}
