import type { Clock } from '../model/clock.ts';
import { asIntendantError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { keyOf, type Inventory, type ResourceKey } from '../model/resource.ts';
import type { KindContext, KindDeps, KindLog } from '../kinds/context.ts';
import { markVanished } from '../kinds/host/vanished.ts';
import { checkSettings } from '../kinds/host/settings.ts';
import { sightings, type FleetSight } from '../kinds/host/sight.ts';
import { unfinishedOperations } from '../kinds/operation/concerned.ts';
import { mostVanished, type Vanish } from '../rollout/vanish.ts';
import { keys } from '../store/keys.ts';
import type { Write } from '../store/state-store.ts';
import type { LiveStore } from './live-store.ts';
import type { WorkQueue } from './queue.ts';

export interface VanishWatchOptions {
  live: LiveStore;
  inventory: () => Inventory;
  deps: Pick<KindDeps, 'lastSeen'>;
  queue: Pick<WorkQueue, 'add' | 'addAfter'>;
  clock: Clock;
  log: KindLog;
  context: () => KindContext;
}

/** Misses within this many milliseconds are looked at together. */
const GATHER_MS = 100;

/**
 * Asks after every missed check whether most hosts are away at once. When they are, all of which nothing was heard become
 * Unknown in one write (and so in one status commit), and they are looked at again on the retry interval until they answer.
 */
export class VanishWatch implements FleetSight {
  readonly #options: VanishWatchOptions;
  #vanish: Vanish | undefined;
  /** The start counts as a change: most hosts may have been away when the daemon before us ended. */
  #changed = true;
  #wake: () => void = () => undefined;

  constructor(options: VanishWatchOptions) {
    this.#options = options;
  }

  get vanish(): Vanish | undefined {
    return this.#vanish;
  }

  changed(): void {
    this.#changed = true;
    this.#wake();
  }

  /** Runs until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      if (!this.#changed) await this.#woken(signal);
      if (signal.aborted) return;
      this.#changed = false;
      await this.look().catch((error: unknown) => {
        this.#changed = true;
        log.warn({ err: asIntendantError(error) }, 'hosts that vanished could not be written');
      });
      await clock.sleep(GATHER_MS, signal).catch(() => undefined);
    }
  }

  /** Asks once, and does what follows. */
  async look(): Promise<void> {
    const { live, inventory, deps, context, log } = this.#options;
    const settings = checkSettings(inventory());
    const { nowMs } = context();
    const hosts = sightings(inventory(), live, deps.lastSeen, nowMs);
    const found = mostVanished(hosts, nowMs, settings.intervalMs + settings.timeoutMs);
    const before = this.#vanish;
    this.#vanish = found;
    if (found && !before) {
      log.warn({ hosts: found.hosts.length, of: hosts.length }, 'most hosts vanished within one interval');
      await this.#mark(found, settings.retryMs).catch((error: unknown) => {
        this.#vanish = undefined;
        throw error;
      });
    }
    if (!found && before) {
      log.info({ hosts: hosts.length }, 'most hosts answer again');
      for (const { name, vanished } of hosts) if (vanished) this.#options.queue.add(keyOf('Host', name));
      this.#tell();
    }
  }

  async #mark(found: Vanish, retryMs: number): Promise<void> {
    const { live, inventory, queue, context } = this.#options;
    const writes: Write[] = [];
    for (const name of found.hosts) {
      const key = keyOf('Host', name);
      const marked = markVanished(key, inventory(), live, found, context());
      if (!marked) continue;
      writes.push({ put: keys.object(key), value: marked.status as unknown as Json });
      writes.push({ put: keys.record(key), value: marked.record as unknown as Json });
    }
    if (writes.length > 0) await live.commit(writes);
    for (const name of found.hosts) queue.addAfter(keyOf('Host', name), retryMs);
    this.#tell();
  }

  /** Those whom it concerns: the fleet, every cluster, and the operations that must wait or may go on. */
  #tell(): void {
    const { inventory, queue, live } = this.#options;
    const concerned: ResourceKey[] = [...inventory().keys('Fleet'), ...inventory().keys('Cluster')];
    for (const key of [...concerned, ...unfinishedOperations({ inventory, live })]) queue.add(key);
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
