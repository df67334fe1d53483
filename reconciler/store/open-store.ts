import { join } from 'node:path';
import type { Clock, Random } from '../model/clock.ts';
import type { Sensitive } from '../model/sensitive.ts';
import { openEmbeddedStore } from './embedded-store.ts';
import { openEtcdStore } from './etcd-store.ts';
import { lockFolder } from './folder-lock.ts';
import { memberFolder } from './member.ts';
import type { StateStore } from './state-store.ts';

/** The part of the daemon's configuration that says where the live state is. */
export interface StoreSettings {
  fleet: string;
  /** The daemon's own folder. The embedded store lives in `store/` below it. */
  state: string;
  store:
    | { type: 'embedded' }
    | {
        type: 'etcd';
        endpoints: readonly string[];
        /** PEM. */
        ca?: Buffer;
        certificate?: Buffer;
        key?: Sensitive;
        username?: string;
        password?: Sensitive;
      };
}

export interface OpenStoreOptions {
  /** True: only to look. In etcd, beside a daemon that runs from the same state folder; the embedded store belongs to one process even so. */
  asReader?: boolean;
  /** True: also a store whose rewriting was cut off, to rewrite it. Default: InvalidInput `STORE_INCOMPLETE`. */
  evenIncomplete?: boolean;
  clock?: Clock;
  random?: Random;
}

/**
 * Opens the store that the configuration names. With etcd it also takes the member's own folder for this process, which is
 * what makes the name that `memberName` gives safe to hold leases by. Throws InvalidInput `STORE_IN_USE` when another process
 * has it, and whatever `openEmbeddedStore` and `openEtcdStore` throw.
 */
export async function openStore(settings: StoreSettings, options: OpenStoreOptions = {}): Promise<StateStore> {
  const { clock, random, asReader = false, evenIncomplete } = options;
  if (settings.store.type === 'embedded')
    return openEmbeddedStore({ folder: join(settings.state, 'store'), clock, evenIncomplete });
  const lock = asReader ? undefined : await lockFolder(memberFolder(settings.state));
  const { endpoints, ca, certificate, key, username, password } = settings.store;
  const { fleet } = settings;
  const onClose = async (): Promise<void> => lock?.release();
  const reaching = { endpoints, fleet, ca, certificate, key, username, password };
  return openEtcdStore({ ...reaching, clock, random, evenIncomplete, onClose });
}
