import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { StoreConfig } from '../reconciler/config/daemon-config.ts';
import type { ByHand } from '../reconciler/engine/halt-key.ts';
import { asIntendantError, Transient } from '../reconciler/model/errors.ts';
import type { Halt } from '../reconciler/rollout/brake.ts';
import type { HaltRecord, ReleaseRecord } from '../reconciler/store/records.ts';
import type { ClaimList } from '../reconciler/view/claims.ts';
import { socketPath } from '../reconciler/view/socket-path.ts';
import { daemonFlags, type DaemonFlagValues } from './daemon-flags.ts';
import { stateFolderOf } from './state-folder.ts';

/** Flags of the commands that act by hand: where the daemon or its store is. */
export const controlFlags = {
  config: daemonFlags.config,
  state: daemonFlags.state,
  fleet: daemonFlags.fleet,
  etcd: daemonFlags.etcd,
};

/** What a person may do past git: through the daemon where one runs, else in the store itself. */
export interface Controls {
  /** Who carried it out: the daemon, or this process in the store. */
  readonly through: 'socket' | 'store';
  halt(by: ByHand, signal: AbortSignal): Promise<{ halt: HaltRecord; already: boolean }>;
  resumeAll(signal: AbortSignal): Promise<HaltRecord | undefined>;
  /** Every brake that is pulled. */
  halts(signal: AbortSignal): Promise<readonly Halt[]>;
  claims(signal: AbortSignal): Promise<ClaimList>;
  release(host: string, by: ByHand, signal: AbortSignal): Promise<ReleaseRecord>;
  close(): Promise<void>;
}

/** The person who types, as far as this machine knows. */
export function whoTypes(): string {
  const name = process.env['SUDO_USER'] ?? userInfo().username;
  return `${name}@${hostname()}`;
}

/** Opens the daemon's socket or, where no daemon answers, the store. Throws what opening the store throws. */
export async function openControls(flags: DaemonFlagValues, signal: AbortSignal): Promise<Controls> {
  const { findConfig } = await import('./read-config.ts');
  const config = await findConfig(flags);
  const state = resolve(config?.state ?? stateFolderOf(flags));
  const { SocketView } = await import('../reconciler/view/socket-view.ts');
  const view = new SocketView(socketPath(state));
  try {
    await view.info(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (asIntendantError(error).code !== 'DAEMON_UNREACHABLE') throw error;
    const store = config?.store ?? storeOf(flags);
    return openStoreControls(store, config?.fleet ?? flags.fleet ?? 'default', state);
  }
  return {
    through: 'socket',
    halt: (by, within) => view.halt(by, within),
    resumeAll: (within) => view.resumeAll(within),
    halts: async (within) => (await view.info(within)).halts ?? [],
    claims: (within) => view.claims(within),
    release: (host, by, within) => view.release(host, by, within),
    close: () => view.close(),
  };
}

async function openStoreControls(settings: StoreConfig, fleet: string, state: string): Promise<Controls> {
  if (settings.type === 'embedded' && !existsSync(join(state, 'store'))) {
    throw new Transient(`No daemon answers, and there is no store in ${state}.`, {
      code: 'STORE_MISSING',
      hint: 'Name the configuration of the daemon with --config. The file of the brake works always: see haltFile.',
    });
  }
  const { openStore } = await import('../reconciler/store/open-store.ts');
  const { liftBrake, pullBrake } = await import('../reconciler/engine/halt-key.ts');
  const { releaseClaim } = await import('../reconciler/engine/release-claim.ts');
  const { readClaims } = await import('../reconciler/view/claims.ts');
  const { readMeta } = await import('../reconciler/store/meta.ts');
  const { haltsInForce } = await import('../reconciler/rollout/brake.ts');
  const { keys } = await import('../reconciler/store/keys.ts');
  const store = await openStore({ fleet, state, store: settings }, { asReader: true });
  try {
    await readMeta(store);
  } catch (error) {
    await store.close();
    throw error;
  }
  const record = async (key: string, within: AbortSignal): Promise<HaltRecord | undefined> =>
    (await store.get(key, within))?.value as unknown as HaltRecord | undefined;
  return {
    through: 'store',
    halt: (by, within) => pullBrake(store, by, Date.now(), [], within),
    resumeAll: (within) => liftBrake(store, within),
    halts: async (within) => haltsInForce(await record(keys.halt, within), await record(keys.haltFile, within)),
    claims: (within) => readClaims(store, within),
    release: (host, by, within) => releaseClaim(store, host, by, Date.now(), within),
    close: () => store.close(),
  };
}

function storeOf({ etcd }: DaemonFlagValues): StoreConfig {
  return etcd !== undefined && etcd.length > 0 ? { type: 'etcd', endpoints: etcd } : { type: 'embedded' };
}
