import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DaemonConfig } from '../../reconciler/config/daemon-config.ts';
import { loadDaemonConfig } from '../../reconciler/config/load.ts';
import { dialMaps } from '../../reconciler/demo/dial-map.ts';
import { startFleet } from '../../reconciler/demo/fleet.ts';
import type { SimulatedFleet } from '../../reconciler/demo/fleet.ts';
import type { HostEvent } from '../../reconciler/demo/record.ts';
import { startDaemon } from './cli.ts';
import type { Daemon } from './cli.ts';
import { writeDaemonConfig } from './daemon-config.ts';
import { clusterDocument, fleetDocument, hostDocument } from './documents.ts';
import { eventually } from './eventually.ts';
import { TestRepo } from './repo.ts';
import type { FileChanges, StatusFile } from './repo.ts';

export interface ScenarioOptions {
  /** Clusters and how many hosts each has; hosts are `<cluster>-1`, `<cluster>-2`, … */
  clusters: Record<string, number>;
  rebootMs?: number;
  /** Put over the Fleet's spec. */
  fleetSpec?: object;
  /** Section `store` of the daemon's configuration. Default: embedded. */
  store?: object;
  /** Section `view` of the daemon's configuration. Default: it serves none. */
  view?: object;
  /** Serves the bare repository over a network. Default: the daemon reads it by its path. */
  serve?: (bare: string) => Promise<ServedRepository>;
}

/** How the daemon reaches the repository, and how that ends. */
export interface ServedRepository {
  url: string;
  /** More of the section `repository`. */
  options: object;
  stop(): Promise<void>;
}

/** A simulated fleet, a repository that describes it, and a daemon on top, all of one test. */
export interface Scenario {
  readonly folder: string;
  readonly fleet: SimulatedFleet;
  readonly repo: TestRepo;
  readonly configPath: string;
  /** The configuration as a daemon in this process takes it. */
  config(): Promise<DaemonConfig>;
  /** Names of the hosts of a cluster. */
  hosts(cluster: string): string[];
  /** The daemon that runs now. */
  readonly daemon: Daemon;
  /** Starts the daemon (default: `intendant run`); the scenario ends it. */
  start(launch?: (configPath: string) => Daemon): Daemon;
  /** Waits until a file of the status branch satisfies the condition. */
  untilStatus(path: string, holds: (file: StatusFile) => boolean, timeoutMs?: number): Promise<StatusFile>;
  /** Waits until an operation is in one of these phases. */
  untilPhase(operation: string, phases: readonly string[], timeoutMs?: number): Promise<StatusFile>;
  /** Waits until all these hosts have this word in the status branch. */
  untilHosts(names: readonly string[], word: string, timeoutMs?: number): Promise<void>;
  /** The hosts' own record. */
  events(event: HostEvent['event']): Promise<HostEvent[]>;
  stop(): Promise<void>;
}

/** Prepares everything and pushes the inventory; the daemon is not yet started. */
export async function startScenario(options: ScenarioOptions): Promise<Scenario> {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  const names = (cluster: string): string[] =>
    Array.from({ length: options.clusters[cluster] ?? 0 }, (_, index) => `${cluster}-${index + 1}`);
  const inventory = Object.keys(options.clusters).flatMap((cluster, block) =>
    names(cluster).map((name, index) => ({ name, cluster, address: `10.${block}.${index >> 8}.${index & 255}` })),
  );
  const fleet = await startFleet({
    hosts: inventory,
    rebootMs: options.rebootMs ?? 300,
    recordFile: join(folder, 'record.jsonl'),
  });
  const repo = await TestRepo.create(join(folder, 'git'));
  await repo.push(inventoryFiles(options, inventory), 'the fleet');
  const served = await options.serve?.(repo.bare);
  const configPath = writeDaemonConfig({
    folder: join(folder, 'daemon'),
    fleet: 'test',
    repository: served?.url ?? repo.bare,
    repositoryOptions: served?.options,
    clientKey: fleet.clientKey,
    store: options.store,
    view: options.view,
    ssh: dialMaps(fleet, inventory),
  });

  let daemon: Daemon | undefined;
  const untilStatus: Scenario['untilStatus'] = async (path, holds, timeoutMs = 60_000) => {
    let last: StatusFile | undefined;
    try {
      return await eventually(
        async () => {
          last = await repo.status(path);
          return last && holds(last) ? last : undefined;
        },
        { timeoutMs, everyMs: 100 },
      );
    } catch (error) {
      const tail = daemon?.log().slice(-4000) ?? 'there is no daemon';
      throw new Error(`${path} is ${JSON.stringify(last)}; the daemon said:\n${tail}`, { cause: error });
    }
  };

  return {
    folder,
    fleet,
    repo,
    configPath,
    config: () => loadDaemonConfig({ file: configPath, environment: {}, workingFolder: folder, defaultState: folder }),
    hosts: names,
    get daemon() {
      if (!daemon) throw new Error('the daemon was not started');
      return daemon;
    },
    start(launch = startDaemon) {
      daemon = launch(configPath);
      return daemon;
    },
    untilStatus,
    untilPhase: (operation, phases, timeoutMs) =>
      untilStatus(`operations/${operation}.yaml`, ({ status }) => phases.includes(status ?? ''), timeoutMs),
    async untilHosts(wanted, word, timeoutMs = 60_000) {
      await eventually(
        async () => {
          const statuses = await repo.hostStatuses();
          for (const name of wanted) {
            const status = statuses.get(name)?.status;
            if (status !== word) throw new Error(`${name} is ${status}; ${daemon?.log().slice(-4000)}`);
          }
          return true;
        },
        { timeoutMs, everyMs: 100 },
      );
    },
    events: async (event) => (await fleet.records()).filter((one) => one.event === event),
    async stop() {
      await daemon?.kill();
      await fleet.stop();
      await served?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function inventoryFiles(
  { clusters, fleetSpec }: ScenarioOptions,
  inventory: readonly { name: string; cluster: string; address: string }[],
): FileChanges {
  const files: FileChanges = { 'fleet.yaml': fleetDocument('test', fleetSpec) };
  for (const cluster of Object.keys(clusters)) files[`clusters/${cluster}/cluster.yaml`] = clusterDocument(cluster);
  for (const { name, cluster, address } of inventory) {
    files[`clusters/${cluster}/hosts/${name}.yaml`] = hostDocument(name, address, cluster);
  }
  return files;
}
