import type { Clock, Random } from '../model/clock.ts';
import { asIntendantError } from '../model/errors.ts';
import type { Meter } from '../model/meter.ts';
import { keyOf, splitKey, type ResourceKey } from '../model/resource.ts';
import type { AnyController, KindContext, KindDeps, KindLog } from '../kinds/context.ts';
import { withImplicit } from '../kinds/implicit.ts';
import { unfinishedOperations } from '../kinds/operation/concerned.ts';
import { isTerminal, asOperationRecord } from '../kinds/operation/record.ts';
import { checkSettings } from '../kinds/host/settings.ts';
import { CALENDAR_HOLDS } from '../rollout/calendar.ts';
import { keys } from '../store/keys.ts';
import type { ReleaseRecord } from '../store/records.ts';
import { Executor } from './executor.ts';
import { writeHeartbeats } from './heartbeat.ts';
import type { LiveStore } from './live-store.ts';
import { WorkQueue } from './queue.ts';
import { ReconcileOne } from './reconcile-one.ts';
import { VanishWatch } from './vanish-watch.ts';
import type { RevisionKeeper } from './revision-keeper.ts';

/** Keys that are looked at side by side. Looking waits for hosts, not for the processor. */
const WORKERS = 64;

export interface ManagerOptions {
  keeper: RevisionKeeper;
  live: LiveStore;
  /** Everything but what the manager itself knows. */
  deps: Omit<KindDeps, 'inventory' | 'inFlight' | 'live' | 'sight'>;
  controllers: ReadonlyMap<string, AnyController>;
  clock: Clock;
  random: Random;
  log: KindLog;
  holder: string;
  meter?: Meter;
}

/** Starts and stops the loops, and turns a new revision into keys to look at. */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #queue: WorkQueue;
  readonly #executor: Executor;
  readonly #reconciler: ReconcileOne;
  readonly #deps: KindDeps;
  readonly #sight: VanishWatch;
  #busy = 0;

  constructor(options: ManagerOptions) {
    const { keeper, live, clock, random, log, holder } = options;
    this.#options = options;
    this.#queue = new WorkQueue(clock);
    this.#sight = new VanishWatch({
      live,
      inventory: () => this.#deps.inventory(),
      deps: options.deps,
      queue: this.#queue,
      clock,
      log,
      context: () => this.#context(),
    });
    this.#deps = {
      ...options.deps,
      live,
      sight: this.#sight,
      inventory: () => withImplicit(keeper.inventory, live),
      inFlight: (owner) => this.#executor.inFlight(owner),
    };
    this.#executor = new Executor({
      live,
      deps: this.#deps,
      clock,
      log,
      holder,
      halt: () => this.#deps.halt(),
      requeue: (touched, afterMs) => this.#requeue(touched, afterMs),
    });
    this.#reconciler = new ReconcileOne({
      controllerOf: (kind) => options.controllers.get(kind),
      deps: this.#deps,
      live,
      queue: this.#queue,
      executor: this.#executor,
      clock,
      random,
      log,
      meter: options.meter,
      context: () => this.#context(),
      onSettled: (key, changedIn) => keeper.settled(key, changedIn),
    });
    options.meter?.gauge('queueDepth', () => this.queueDepth);
  }

  /** Looks at everything there is: what the repository has, and what live state still has. */
  queueAll(): void {
    const { live } = this.#options;
    for (const key of this.#deps.inventory().keys()) this.#queue.add(key);
    for (const [key] of live.list(keys.objects)) this.#queue.add(key.slice(keys.objects.length) as ResourceKey);
    for (const [key] of live.list(keys.record('Operation/')))
      this.#queue.add(key.slice(keys.records.length) as ResourceKey);
  }

  /** Looks at every operation that is not finished: something has changed that concerns them all. */
  queueUnfinished(): void {
    for (const key of unfinishedOperations(this.#deps)) this.#queue.add(key);
    for (const [key, value] of this.#options.live.list(keys.record('Operation/'))) {
      if (!isTerminal(asOperationRecord(value)!.phase)) this.#queue.add(key.slice(keys.records.length) as ResourceKey);
    }
  }

  /** A person took claims away: lets go of what is in hand there, and looks at those who are concerned. */
  heedReleases(releases: Iterable<ReleaseRecord>): void {
    for (const { owner, host } of releases) {
      this.#executor.letGo(owner as ResourceKey, host);
      this.#queue.add(owner as ResourceKey);
      this.#queue.add(keyOf('Host', host));
    }
  }

  /** Looks at the Fleet: what keeps the daemon from its repositories has changed. */
  queueFleet(): void {
    for (const key of this.#options.keeper.inventory.keys('Fleet')) this.#queue.add(key);
  }

  /** A step has ended. A host that was given back is what another operation may be waiting for. */
  #requeue(touched: readonly ResourceKey[], afterMs: number): void {
    for (const key of touched) {
      if (afterMs > 0) this.#queue.addAfter(key, afterMs);
      else this.#queue.add(key);
      if (key.startsWith('Host/')) this.queueChanged([key]);
    }
  }

  /** Looks at what a new revision changed, and at those it concerns. */
  queueChanged(changed: Iterable<ResourceKey>): void {
    for (const key of changed) {
      this.#queue.add(key);
      for (const other of this.#options.controllers.get(splitKey(key).kind)?.affects?.(key, undefined, this.#deps) ??
        [])
        this.#queue.add(other);
    }
  }

  /**
   * Runs until aborted, and then until the steps in hand have ended. `steps` (default: `signal` itself) ends those too: what
   * is not over then is left to be re-attached.
   */
  async run(signal: AbortSignal, steps = signal): Promise<void> {
    await Promise.all([this.#work(signal, steps), this.#beat(signal), this.#sight.run(signal)]);
    await this.#executor.settled();
  }

  /** True when nothing moves any more: for `--once`. Operations that wait for a person, another commit or the calendar do not move. */
  get converged(): boolean {
    if (!this.#queue.idle || this.#busy > 0 || this.#executor.busy) return false;
    for (const [key, outcome] of this.#reconciler.outcomes) {
      const passes =
        outcome.result === 'progress' ||
        (outcome.result === 'waiting' && outcome.retryAfterMs !== undefined && !CALENDAR_HOLDS.has(outcome.reason));
      if (passes && this.#unfinished(key)) return false;
    }
    return true;
  }

  get queueDepth(): number {
    return this.#queue.depth;
  }

  #unfinished(key: ResourceKey): boolean {
    const record = asOperationRecord(this.#options.live.get(keys.record(key)));
    return key.startsWith('Operation/') ? record !== undefined && !isTerminal(record.phase) : true;
  }

  async #work(signal: AbortSignal, steps: AbortSignal): Promise<void> {
    const tasks = new Set<Promise<void>>();
    while (!signal.aborted) {
      if (tasks.size >= WORKERS) await Promise.race(tasks);
      const key = await this.#queue.take(signal).catch(() => undefined);
      if (key === undefined) break;
      this.#busy += 1;
      const task = this.#reconciler.reconcile(key, signal, steps).finally(() => {
        this.#busy -= 1;
        tasks.delete(task);
        this.#queue.done(key);
      });
      tasks.add(task);
    }
    await Promise.all(tasks);
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const { keeper, live, deps, clock, log } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(checkSettings(keeper.inventory).intervalMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      await writeHeartbeats(live, keeper.inventory, deps.lastSeen, clock).catch((error: unknown) =>
        log.warn({ err: asIntendantError(error) }, 'heartbeats could not be written'),
      );
    }
  }

  #context(): KindContext {
    const { keeper, clock, holder } = this.#options;
    return { nowMs: clock.now(), revision: keeper.revision, changedIn: (key) => keeper.changedIn(key), holder };
  }
}
