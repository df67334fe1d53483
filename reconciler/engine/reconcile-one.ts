import type { Clock, Random } from '../model/clock.ts';
import type { Assessment, Outcome } from '../model/controller.ts';
import { asIntendantError } from '../model/errors.ts';
import { sameJson, type Json } from '../model/json.ts';
import { NO_METER, type Meter } from '../model/meter.ts';
import type { Plan } from '../model/plan.ts';
import { splitKey, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import type { AnyController, KindContext, KindDeps, KindLog } from '../kinds/context.ts';
import { implicitWrites } from '../kinds/implicit.ts';
import { leavingWrites } from '../kinds/leaving.ts';
import { keys } from '../store/keys.ts';
import type { Write } from '../store/state-store.ts';
import { backoffMs } from './backoff.ts';
import type { Executor } from './executor.ts';
import type { LiveStore } from './live-store.ts';
import type { WorkQueue } from './queue.ts';

export interface ReconcileOptions {
  controllerOf(kind: string): AnyController | undefined;
  deps: KindDeps;
  live: LiveStore;
  queue: WorkQueue;
  executor: Executor;
  clock: Clock;
  random: Random;
  log: KindLog;
  /** Told how long each look took, and how it ended. */
  meter?: Meter;
  context(): KindContext;
  /** The object was looked at; `changedIn` is what had changed it when the look began, and is no longer news. */
  onSettled(key: ResourceKey, changedIn: string | undefined): void;
}

/** Looks at one key: observe → plan → assess → one write → start what is permitted → say when to look again. */
export class ReconcileOne {
  readonly #options: ReconcileOptions;
  readonly #failures = new Map<ResourceKey, number>();
  /** Of each kind whose looks are made in turn: when the last of them is over. */
  readonly #turns = new Map<string, Promise<void>>();
  /** Outcome of the last look at each key, for `--once` and the metrics. */
  readonly outcomes = new Map<ResourceKey, Outcome>();

  constructor(options: ReconcileOptions) {
    this.#options = options;
  }

  /** `signal` ends the look and begins no more steps; `steps` ends those that it has begun. */
  async reconcile(key: ResourceKey, signal: AbortSignal, steps = signal): Promise<void> {
    const since = this.#options.clock.monotonic();
    try {
      const outcome = await this.#look(key, signal, steps);
      this.#measure(key, outcome.result, since);
      this.#failures.delete(key);
      this.#schedule(key, outcome);
    } catch (thrown) {
      if (signal.aborted) return;
      this.#measure(key, 'failed', since);
      const error = asIntendantError(thrown);
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      this.outcomes.set(key, { result: 'failed', error });
      const wait = Math.max(error.retryAfterMs ?? 0, backoffMs(failures, this.#options.random));
      this.#options.log.warn({ key, err: error, retryAfterMs: Math.round(wait) }, 'reconcile failed');
      this.#options.queue.addAfter(key, wait);
    }
  }

  #measure(key: ResourceKey, outcome: Outcome['result'], since: number): void {
    const { clock, meter = NO_METER } = this.#options;
    const seconds = (clock.monotonic() - since) / 1000;
    meter.observe('reconcileDuration', { kind: splitKey(key).kind, outcome }, seconds);
  }

  async #look(key: ResourceKey, signal: AbortSignal, steps: AbortSignal): Promise<Outcome> {
    const { executor } = this.#options;
    const controller = this.#options.controllerOf(splitKey(key).kind);
    if (!controller) return { result: 'stalled', reason: 'UnknownKind' };
    const { plan, assessment, changedIn, told } = await this.#inTurn(controller, () =>
      this.#decide(key, controller, signal),
    );
    signal.throwIfAborted();
    for (const step of plan.steps) executor.start(key, step, controller, steps);
    await told;
    this.#options.onSettled(key, changedIn);
    return assessment.outcome;
  }

  /** From what is seen to what stands in the store; where only the status is new, that is on its way there still (`told`). */
  async #decide(
    key: ResourceKey,
    controller: AnyController,
    signal: AbortSignal,
  ): Promise<{ plan: Plan; assessment: Assessment; changedIn: string | undefined; told: Promise<void> }> {
    const { deps } = this.#options;
    signal.throwIfAborted();
    const resource = deps.inventory().get(key);
    // Of the same moment as the resource: what changes it while we look belongs to the next look.
    const changedIn = this.#options.context().changedIn(key);
    const observed = await controller.observe(key, resource, deps, signal);
    signal.throwIfAborted();
    const now = this.#options.context();
    const context = { ...now, changedIn: (other: ResourceKey) => (other === key ? changedIn : now.changedIn(other)) };
    const plan = controller.plan(resource, observed, context);
    const assessment = controller.assess(resource, observed, plan, context);
    const { bearing, written } = this.#write(key, assessment, controller);
    if (bearing) await written;
    // Whoever awaits it is told of its failure, also when that comes first.
    else written.catch(() => undefined);
    return { plan, assessment, changedIn, told: written };
  }

  /** One after the other where the kind asks for it; a look that fails gives the turn on. */
  #inTurn<T>(controller: AnyController, look: () => Promise<T>): Promise<T> {
    if (!controller.inTurn) return look();
    const mine = (this.#turns.get(controller.kind) ?? Promise.resolve()).then(look);
    const over = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(controller.kind, over);
    return mine;
  }

  /**
   * Writes status and record in one transaction, and only what differs. `bearing`: what follows rests on it, and must not begin
   * before it stands in the store. A status alone only tells: it goes along with the intents of the steps that follow.
   */
  #write(
    key: ResourceKey,
    assessment: Assessment,
    controller: AnyController,
  ): { bearing: boolean; written: Promise<void> } {
    const { status, record, concernsOthers } = assessment;
    const { live, queue, deps } = this.#options;
    const before = live.get(keys.object(key)) as unknown as ObjectStatus | undefined;
    const telling: Write[] = [];
    const writes: Write[] = [];
    if (!status && before) telling.push({ delete: keys.object(key) });
    if (status && !sameJson(before, status)) telling.push({ put: keys.object(key), value: status as unknown as Json });
    const wordChanged = before?.status !== status?.status || before?.detail.maintenance !== status?.detail.maintenance;
    if (record === null) {
      if (live.get(keys.record(key)) !== undefined) writes.push({ delete: keys.record(key) });
    } else if (record !== undefined && !sameJson(live.get(keys.record(key)), record)) {
      writes.push({ put: keys.record(key), value: record });
    }
    if (assessment.leaving !== undefined) writes.push(...leavingWrites(key, assessment.leaving, live));
    const wanted = implicitWrites(key, assessment.operations ?? [], live, this.#options.clock.now());
    writes.push(...wanted.values());
    const finish = async (): Promise<void> => {
      if (telling.length + writes.length > 0) await live.commit([...telling, ...writes]);
      for (const operation of wanted.keys()) queue.add(operation);
      if (!wordChanged && !concernsOthers) return;
      for (const other of controller.affects?.(key, status ?? before, deps) ?? []) queue.add(other);
    };
    return { bearing: writes.length > 0, written: finish() };
  }

  #schedule(key: ResourceKey, outcome: Outcome): void {
    const { queue, executor, live } = this.#options;
    // An object that is gone leaves nothing behind: names come and go for as long as the daemon runs.
    if (live.get(keys.object(key)) === undefined) this.outcomes.delete(key);
    else this.outcomes.set(key, outcome);
    if (outcome.result === 'progress' && executor.inFlight(key).size === 0) queue.add(key);
    if (outcome.result === 'waiting' && outcome.retryAfterMs !== undefined) queue.addAfter(key, outcome.retryAfterMs);
    if (outcome.result === 'steady' && outcome.recheckAfterMs !== undefined) {
      queue.addAfter(key, outcome.recheckAfterMs * (0.9 + 0.2 * this.#options.random()));
    }
  }
}
