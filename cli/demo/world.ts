import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { DaemonConfig } from '../../reconciler/config/daemon-config.ts';
import { loadDaemonConfig } from '../../reconciler/config/load.ts';
import { dialMaps } from '../../reconciler/demo/dial-map.ts';
import { startFleet, type SimulatedFleet } from '../../reconciler/demo/fleet.ts';
import type { HostTarget } from '../../reconciler/hosts/transport.ts';
import { resolveTarget } from '../../reconciler/kinds/host/target.ts';
import { splitKey, type Inventory } from '../../reconciler/model/resource.ts';
import { generatedCluster } from './documents.ts';
import { DemoRepository, readFiles, type Files } from './repository.ts';

export interface WorldOptions {
  /** Folder of the example repository. */
  examples: string;
  /** Hosts to add to it. */
  addHosts: number;
  /** How long a simulated reboot takes, in milliseconds. */
  rebootMs: number;
  readInventory: (folder: string) => Promise<Inventory>;
}

/** Everything that the demo runs on: a folder, a repository, simulated hosts, and the daemon's configuration for them. */
export interface DemoWorld {
  folder: string;
  /** A copy of the repository's files as a person would have them checked out. */
  checkout: string;
  configFile: string;
  config: DaemonConfig;
  repository: DemoRepository;
  inventory: Inventory;
  fleet: SimulatedFleet;
  /** Ends the hosts and removes the folder. */
  close(): Promise<void>;
}

/** Makes it all. What was made is taken away again when a later part fails. */
export async function createWorld(options: WorldOptions): Promise<DemoWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'intendant-demo-'));
  let fleet: SimulatedFleet | undefined;
  const close = async (): Promise<void> => {
    await fleet?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const checkout = join(folder, 'checkout');
    const repository = await createRepository(folder, checkout, options);
    const inventory = await options.readInventory(checkout);
    const targets = inventory.keys('Host').map((key) => resolveTarget(splitKey(key).name, inventory, NOTHING_RECORDED));
    fleet = await startFleet({
      hosts: targets.map(({ name, address, port }) => ({ name, address, port })),
      rebootMs: options.rebootMs,
    });
    const configFile = await writeConfig(folder, targets, fleet);
    const config = await loadDaemonConfig({
      file: configFile,
      environment: {},
      workingFolder: folder,
      defaultState: join(folder, 'state'),
    });
    return { folder, checkout, configFile, config, repository, inventory, fleet, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Live state before the daemon has ever run. */
const NOTHING_RECORDED = { get: () => undefined, list: () => [] };

async function createRepository(folder: string, checkout: string, options: WorldOptions): Promise<DemoRepository> {
  await cp(options.examples, checkout, { recursive: true });
  const files = await readFiles(options.examples);
  const repository = await DemoRepository.create(join(folder, 'fleet.git'), files, 'Our fleet');
  if (options.addHosts > 0) {
    const added = generatedCluster(options.addHosts);
    await writeFiles(checkout, added);
    await repository.push(added, `Add a cluster of ${options.addHosts} hosts`);
  }
  return repository;
}

/** Writes files into the checkout. */
export async function writeFiles(checkout: string, files: Files): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(checkout, path)), { recursive: true });
    await writeFile(join(checkout, path), content);
  }
}

/** The daemon's configuration: the real one but for where hosts are dialled, since their addresses are of the examples. */
async function writeConfig(folder: string, targets: readonly HostTarget[], fleet: SimulatedFleet): Promise<string> {
  await writeFile(join(folder, 'hosts-key'), fleet.clientKey, { mode: 0o600 });
  const identities = ['default', ...targets.flatMap(({ identity }) => (identity === undefined ? [] : [identity]))];
  const maps = dialMaps(fleet, targets);
  const document = {
    apiVersion: 'intendant/v1',
    kind: 'Daemon',
    fleet: 'demo',
    state: 'state',
    haltFile: 'halt',
    repository: { url: join(folder, 'fleet.git') },
    view: { listen: '127.0.0.1:0' },
    ssh: { identities: Object.fromEntries(identities.map((name) => [name, { keyFile: 'hosts-key' }])), ...maps },
  };
  const path = join(folder, 'daemon.yaml');
  await writeFile(path, stringify(document, { aliasDuplicateObjects: false }));
  return path;
}
