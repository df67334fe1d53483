import { isoTime, type Clock } from '../model/clock.ts';
import { asIntendantError, reasonOfCode } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import type { JournalRecord, Step, StepOutcome } from '../model/plan.ts';
import { splitKey, type ResourceKey } from '../model/resource.ts';
import type { AnyController, KindDeps, KindLog } from '../kinds/context.ts';
import { mayBegin, type Halt } from '../rollout/brake.ts';
import { keys } from '../store/keys.ts';
import type { ClaimRecord } from '../store/records.ts';
import type { Expectation, Write } from '../store/state-store.ts';
import type { LiveStore } from './live-store.ts';
import { stepName } from './step-name.ts';

/** Pause before a step is looked at again whose intent or outcome could not be written, in milliseconds. */
const AFTER_TROUBLE_MS = 1000;

export interface ExecutorOptions {
  live: LiveStore;
  deps: KindDeps;
  clock: Clock;
  log: KindLog;
  holder: string;
  /** Why no step may begin; undefined = steps may begin. Default: they always may. */
  halt?(): Halt | undefined;
  /** Called when a step has ended, or could not begin: look at these keys again, after so many milliseconds. */
  requeue(keys: readonly ResourceKey[], afterMs: number): void;
}

/** One step in hand. */
interface Task {
  owner: ResourceKey;
  host: string;
  step: Step;
  controller: AnyController;
  /** Ends it: what is begun is left where it is. */
  signal: AbortSignal;
}

/**
 * Carries out steps, each as a task of its own. Intent before effect: the intent, and with the first of them the host's
 * claim, is durable before `apply` is called (but for a step that only looks); the outcome is durable before the owner is looked at again. A task that is
 * aborted leaves its intent open, to be re-attached by whoever starts next.
 */
export class Executor {
  readonly #options: ExecutorOptions;
  /** Steps in hand: owner → hosts. One step per host of an owner at a time. */
  readonly #running = new Map<ResourceKey, Map<string, Promise<void>>>();
  /** Ends the steps in hand of one owner on one host. */
  readonly #ends = new Map<string, AbortController>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** Hosts on which a step of this owner is in hand. */
  inFlight(owner: ResourceKey): ReadonlySet<string> {
    return new Set(this.#running.get(owner)?.keys() ?? []);
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves when every task has ended. */
  async settled(): Promise<void> {
    while (this.busy) await Promise.all([...this.#running.values()].flatMap((tasks) => [...tasks.values()]));
  }

  /** Lets go of what is in hand on a host: its claim was taken away. What it was doing there is not journalled. */
  letGo(owner: ResourceKey, host: string): void {
    this.#giveUp(owner, host, 'the claim on the host was released by hand');
  }

  #giveUp(owner: ResourceKey, host: string, why: string): void {
    this.#ends.get(`${owner} ${host}`)?.abort(new Error(why));
  }

  /**
   * Starts a step unless one of this owner is in hand on the same host, or the brake is pulled (whoever lifts it has everything
   * looked at again). Never throws.
   */
  start(owner: ResourceKey, step: Step, controller: AnyController, signal: AbortSignal): void {
    if (!this.#mayBegin(step)) return;
    const host = splitKey(step.target).name;
    const tasks = this.#running.get(owner) ?? new Map<string, Promise<void>>();
    if (tasks.has(host)) return;
    this.#running.set(owner, tasks);
    let pauseMs = 0;
    const end = new AbortController();
    this.#ends.set(`${owner} ${host}`, end);
    const task = this.#perform({ owner, host, step, controller, signal: AbortSignal.any([signal, end.signal]) })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        // The store may refuse at once for a long while: the host is not asked again and again for what is known.
        pauseMs = AFTER_TROUBLE_MS;
        this.#options.log.warn(
          { key: owner, host, step: step.id, err: asIntendantError(error) },
          'step could not be journalled',
        );
      })
      .finally(() => {
        tasks.delete(host);
        this.#ends.delete(`${owner} ${host}`);
        if (tasks.size === 0) this.#running.delete(owner);
        if (!signal.aborted) this.#options.requeue(step.verdict ? [owner, step.target] : [owner], pauseMs);
      });
    tasks.set(host, task);
  }

  async #perform(task: Task): Promise<void> {
    const { owner, host, step, controller, signal } = task;
    if (step.verdict) return this.#release(owner, host, step, step.verdict);
    if (step.looks && this.#isNew(owner, host, step)) return this.#performAtOnce(task);
    const intent = await this.#intend(owner, host, step);
    if (!intent || signal.aborted || !this.#mayBegin(step)) return;
    const outcome = await this.#apply(intent.step, controller, signal);
    if (outcome) await this.#record(owner, host, intent, outcome);
  }

  /**
   * A step that only looks changes nothing, so it does not wait for the disk: it begins while its intent is written, and is
   * given up where that is refused. Its outcome is written after the intent like any other.
   */
  async #performAtOnce({ owner, host, step, controller, signal }: Task): Promise<void> {
    const intending = this.#intend(owner, host, step);
    const looking = this.#apply(step, controller, signal);
    let intent: JournalRecord | undefined;
    let outcome: StepOutcome | undefined;
    try {
      intent = await intending;
    } finally {
      if (!intent) this.#giveUp(owner, host, 'the intent could not be written');
      outcome = await looking;
    }
    if (intent && outcome) await this.#record(owner, host, intent, outcome);
  }

  /** Nothing of it was written yet, and nobody else holds the host. */
  #isNew(owner: ResourceKey, host: string, step: Step): boolean {
    const { live } = this.#options;
    const claim = live.get(keys.claim(host)) as unknown as ClaimRecord | undefined;
    return live.get(this.#journalKey(owner, host, step)) === undefined && (!claim || claim.owner === owner);
  }

  /** Makes the intent durable, together with the claim on the host. An intent that is open is kept as it is. */
  async #intend(owner: ResourceKey, host: string, step: Step): Promise<JournalRecord | undefined> {
    const { live, clock, holder, log } = this.#options;
    const journalKey = this.#journalKey(owner, host, step);
    const open = live.get(journalKey) as unknown as JournalRecord | undefined;
    const now = isoTime(clock.now());
    const intent: JournalRecord = open ?? { format: 1, round: step.round, step, startedAt: now };
    const claim = live.get(keys.claim(host)) as unknown as ClaimRecord | undefined;
    const writes: Write[] = open ? [] : [{ put: journalKey, value: intent as unknown as Json }];
    // Whoever has pulled the brake can rely on it: from then on the store takes no further intent.
    const expectations: Expectation[] = [{ key: keys.halt, revision: 0 }];
    // An earlier write of it whose answer was lost may have got through: then it stands, and is read again.
    if (!open) expectations.push({ key: journalKey, revision: 0 });
    if (!claim) {
      const taken: ClaimRecord = { format: 1, owner, round: step.round, since: now, holder };
      writes.push({ put: keys.claim(host), value: taken as unknown as Json });
      expectations.push({ key: keys.claim(host), revision: 0 });
    } else if (claim.owner !== owner) {
      log.info({ key: owner, host, owner: claim.owner }, 'host is claimed by another');
      return undefined;
    } else {
      // A person may have released it a moment ago.
      expectations.push({ key: keys.claim(host), revision: live.entry(keys.claim(host))!.revision });
    }
    if (writes.length > 0 && !(await live.commit(writes, expectations)).ok) return undefined;
    return intent;
  }

  /** Undefined: aborted, the intent stays open. */
  async #apply(step: Step, controller: AnyController, signal: AbortSignal): Promise<StepOutcome | undefined> {
    try {
      const outcome = await controller.apply(step, this.#options.deps, signal);
      return signal.aborted ? undefined : outcome;
    } catch (thrown) {
      if (signal.aborted) return undefined;
      const error = asIntendantError(thrown);
      // It had not begun on the host, as far as we know: the host's guard says so when it is tried again.
      if (error.code === 'HALTED') return undefined;
      this.#options.log.warn({ step: step.id, err: error }, 'step failed');
      return { result: 'failed', reason: reasonOfCode(error.code), message: error.message };
    }
  }

  async #record(owner: ResourceKey, host: string, intent: JournalRecord, outcome: StepOutcome): Promise<void> {
    const { live, clock, log } = this.#options;
    const { output, ...data } = outcome.data ?? {};
    const entry: JournalRecord = { ...intent, outcome: { ...outcome, data, at: isoTime(clock.now()) } };
    const writes: Write[] = [{ put: this.#journalKey(owner, host, intent.step), value: entry as unknown as Json }];
    if (output !== undefined)
      writes.push({ put: keys.output(splitKey(owner).name, host, stepName(intent.step)), value: output });
    await live.commit(writes);
    log.info({ key: owner, host, step: intent.step.id, result: outcome.result, reason: outcome.reason }, 'step ended');
  }

  /** Writes the host's outcome and gives the host back, in one transaction. */
  async #release(owner: ResourceKey, host: string, step: Step, verdict: StepOutcome): Promise<void> {
    const { live, clock, log } = this.#options;
    const at = isoTime(clock.now());
    const entry: JournalRecord = { format: 1, round: step.round, step, startedAt: at, outcome: { ...verdict, at } };
    const claim = live.get(keys.claim(host)) as unknown as ClaimRecord | undefined;
    const writes: Write[] = [{ put: this.#journalKey(owner, host, step), value: entry as unknown as Json }];
    if (claim?.owner === owner) writes.push({ delete: keys.claim(host) });
    const first: Expectation = { key: this.#journalKey(owner, host, step), revision: 0 };
    // Somebody released the claim by hand in the same moment: that outcome stands.
    if (!(await live.commit(writes, [first])).ok) return;
    log.info({ key: owner, host, result: verdict.result, reason: verdict.reason }, 'host has its outcome');
  }

  #mayBegin(step: Step): boolean {
    return mayBegin(step, this.#options.halt?.());
  }

  #journalKey(owner: ResourceKey, host: string, step: Step): string {
    return keys.journal(splitKey(owner).name, host, stepName(step));
  }
}
