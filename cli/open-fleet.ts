import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DaemonConfig, StoreConfig } from '../reconciler/config/daemon-config.ts';
import { systemClock } from '../reconciler/model/clock.ts';
import { InvalidInput, Transient } from '../reconciler/model/errors.ts';
import type { BranchWriter } from '../reconciler/source/source.ts';
import type { StateStore } from '../reconciler/store/state-store.ts';
import type { FleetView, ViewSource } from '../reconciler/view/fleet-view.ts';
import { openView, type OpenedView } from '../reconciler/view/open-view.ts';
import { socketPath } from '../reconciler/view/socket-path.ts';
import type { DaemonFlagValues } from './daemon-flags.ts';
import { stateFolderOf } from './state-folder.ts';

export interface ViewFlagValues extends DaemonFlagValues {
  from?: ViewSource | undefined;
  'status-branch': string;
}

/** An opened view of the fleet, and the tip of the config branch where this machine can see it. */
export interface OpenedFleet extends OpenedView {
  /** Commit at the tip of the config branch; undefined when it cannot be looked at from here. */
  configTip(signal: AbortSignal): Promise<string | undefined>;
  close(): Promise<void>;
}

/** What was opened on the way, closed in reverse. */
type Closers = (() => Promise<unknown>)[];

/**
 * Opens the first view of the fleet that answers: the daemon's socket, the store, the status branch (of the configured
 * repository, or of the clone that this process stands in). Throws as `openView` does; the caller closes it.
 */
export async function openFleet(flags: ViewFlagValues, signal: AbortSignal): Promise<OpenedFleet> {
  const closers: Closers = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const config = await configOf(flags);
    const state = resolve(config?.state ?? stateFolderOf(flags));
    let branch: Promise<BranchWriter> | undefined;
    const statusBranch = (): Promise<BranchWriter> =>
      (branch ??= openBranch(config?.status, flags['status-branch'], closers));
    const opened = await openView(
      {
        socket: () => openSocket(state),
        store: () => openStoreView(config, flags, state, closers),
        status: async () => openStatus(await statusBranch(), flags['status-branch']),
      },
      { from: flags.from },
      signal,
    );
    const configBranch = opened.info.revision?.branch ?? 'main';
    return {
      ...opened,
      async configTip(tipSignal) {
        if (config === undefined && opened.info.from !== 'status') return undefined;
        const reader = await openBranch(config?.repository, configBranch, closers);
        return reader.tip(`refs/heads/${configBranch}`, tipSignal);
      },
      async close() {
        await opened.view.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The configuration, where there is one. Reading a fleet needs no name for it, but etcd does. */
async function configOf(flags: ViewFlagValues): Promise<DaemonConfig | undefined> {
  const { from: _, 'status-branch': __, ...daemon } = flags;
  if (flags.etcd !== undefined && flags.etcd.length > 0 && flags.fleet === undefined && flags.config === undefined) {
    throw new InvalidInput('An etcd holds many fleets, and none is named.', {
      code: 'USAGE',
      hint: 'Add --fleet NAME.',
    });
  }
  const { findConfig } = await import('./read-config.ts');
  return findConfig(daemon);
}

async function openSocket(state: string): Promise<FleetView> {
  const { SocketView } = await import('../reconciler/view/socket-view.ts');
  return new SocketView(socketPath(state));
}

async function openStoreView(
  config: DaemonConfig | undefined,
  flags: ViewFlagValues,
  state: string,
  closers: Closers,
): Promise<FleetView> {
  const fleet = config?.fleet ?? flags.fleet ?? 'default';
  const store = await openLiveState(config?.store ?? storeOf(flags), fleet, state);
  closers.push(() => store.close());
  const { StoreView } = await import('../reconciler/view/store-view.ts');
  return new StoreView({ store, fleet, clock: systemClock, daemonLease: 'daemon' });
}

function storeOf({ etcd }: ViewFlagValues): StoreConfig {
  return etcd !== undefined && etcd.length > 0 ? { type: 'etcd', endpoints: etcd } : { type: 'embedded' };
}

async function openLiveState(store: StoreConfig, fleet: string, state: string): Promise<StateStore> {
  if (store.type === 'embedded' && !existsSync(join(state, 'store'))) {
    throw new Transient(`There is no store in ${state}.`, { code: 'STORE_MISSING' });
  }
  const { openStore } = await import('../reconciler/store/open-store.ts');
  return openStore({ fleet, state, store }, { asReader: true });
}

async function openStatus(branch: BranchWriter, name: string): Promise<FleetView> {
  const { StatusBranchView } = await import('../reconciler/view/status-branch-view.ts');
  return new StatusBranchView({ branch, ref: `refs/heads/${name}` });
}

/** Reads a branch of a repository, through a folder that is removed afterwards; or of the clone that we stand in. */
async function openBranch(
  remote: DaemonConfig['status'] | undefined,
  branch: string,
  closers: Closers,
): Promise<BranchWriter> {
  if (remote === undefined) return openClone();
  const { GitThread } = await import('../reconciler/source/git/git-thread.ts');
  const { GitBranchWriter } = await import('../reconciler/source/git/branch-writer.ts');
  const folder = await mkdtemp(join(tmpdir(), 'intendant-view-'));
  const thread = new GitThread();
  closers.push(
    () => rm(folder, { recursive: true, force: true }),
    () => thread.close(),
  );
  const { url, auth, caFile, proxy, proxyAuth } = remote;
  return new GitBranchWriter({ url, auth, caFile, proxy, proxyAuth, folder: join(folder, 'git'), branch }, thread);
}

async function openClone(): Promise<BranchWriter> {
  const { findClone, LocalClone } = await import('./local-clone.ts');
  const gitdir = await findClone(process.cwd());
  if (gitdir !== undefined) return new LocalClone(gitdir);
  throw new Transient('This folder is not in a clone of the config repository, and no repository is named.', {
    code: 'NO_REPOSITORY',
  });
}
