import { mkdir } from 'node:fs/promises';
import type { DaemonConfig } from '../config/daemon-config.ts';
import type { Clock } from '../model/clock.ts';
import { Waiting } from '../model/errors.ts';
import { memberName } from '../store/member.ts';
import { openStore } from '../store/open-store.ts';
import type { Lease, StateStore } from '../store/state-store.ts';

/** The lease that makes a process the daemon of its fleet; who works on the store alone holds it too. */
const DAEMON_LEASE = 'daemon';
const LEASE_MS = 30_000;
/** How long a lease that nobody seems to hold may take. */
const TAKE_MS = 5000;

export interface AloneStore {
  store: StateStore;
  lease: Lease;
  close(): Promise<void>;
}

/**
 * Opens the store while no daemon has it, also one whose rewriting was cut off, and keeps every daemon away until it is
 * closed. Throws Waiting `DAEMON_RUNNING`,
 * or InvalidInput `STORE_IN_USE`, where one runs.
 */
export async function openAlone(config: DaemonConfig, clock: Clock, signal: AbortSignal): Promise<AloneStore> {
  await mkdir(config.state, { recursive: true, mode: 0o700 });
  const store = await openStore(config, { clock, evenIncomplete: true });
  try {
    const own = await memberName(config.state);
    const holder = await store.leaseHolder(DAEMON_LEASE, signal);
    if (holder !== undefined && holder !== own) throw running(holder);
    const taking = AbortSignal.any([signal, AbortSignal.timeout(TAKE_MS)]);
    const lease = await store.lease(DAEMON_LEASE, own, LEASE_MS, taking).catch((error: unknown) => {
      signal.throwIfAborted();
      throw taking.aborted ? running('another') : error;
    });
    const close = async (): Promise<void> => {
      await lease.release();
      await store.close();
    };
    return { store, lease, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function running(holder: string): Waiting {
  return new Waiting(`A daemon holds the fleet: ${holder}.`, {
    code: 'DAEMON_RUNNING',
    hint: 'Stop it first. One that has died lets go within half a minute.',
  });
}
