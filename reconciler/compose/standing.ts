import type { KindLog } from '../kinds/context.ts';
import { isoTime, type Clock } from '../model/clock.ts';
import { messageOf } from '../model/errors.ts';
import type { StateStore } from '../store/state-store.ts';
import type { Idle } from '../view/fleet-view.ts';

/** Between two looks at the store, in milliseconds. */
const LOOK_MS = 2500;
/** While nothing changes, the log says it again this often, in milliseconds. */
const REMIND_MS = 5 * 60_000;

export interface StandingOptions {
  store: StateStore;
  /** Name of the lease that makes a process the daemon of its fleet. */
  lease: string;
  /** Our own name. */
  holder: string;
  clock: Clock;
  log: KindLog;
}

/**
 * Whether this process acts for its fleet and whether its store answers, looked at every few seconds, so that a wait which
 * would go on without a word shows in the log and on the socket.
 */
export class Standing {
  readonly #options: StandingOptions;
  #acting = false;
  #since: number;
  /** The last failed look; undefined = the store answered. */
  #away: { since: number; why: string } | undefined;
  #other: string | undefined;
  #said = '';
  #saidAt = 0;

  constructor(options: StandingOptions) {
    this.#options = options;
    this.#since = options.clock.now();
  }

  /** We hold the lease, or no longer do. */
  set acting(acting: boolean) {
    if (this.#acting !== acting) this.#since = this.#options.clock.now();
    this.#acting = acting;
    this.#other = undefined;
    this.#said = '';
  }

  /** Since when the store does not answer; undefined = it does. */
  get storeAway(): Idle | undefined {
    return this.#away && { since: isoTime(this.#away.since), why: this.#away.why };
  }

  /** Why this daemon does not act; undefined = it acts. */
  get waiting(): Idle | undefined {
    if (this.#acting) return undefined;
    const other =
      this.#other === undefined ? 'it waits for the lease of the fleet' : `${this.#other} is the daemon now`;
    return { since: isoTime(this.#since), why: this.#away?.why ?? other };
  }

  /** Looks until aborted. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(LOOK_MS, signal).catch(() => undefined);
      if (!signal.aborted) await this.#look(signal);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { store, lease, holder, clock, log } = this.#options;
    const before = clock.now();
    try {
      const found = await store.leaseHolder(lease, signal);
      if (this.#away) log.info({ awayMs: Math.round(clock.now() - this.#away.since) }, 'the store answers again');
      this.#away = undefined;
      this.#other = this.#acting || found === holder ? undefined : found;
      if (this.#other !== undefined)
        this.#say(this.#other, () => log.info({ holder: this.#other }, 'waiting: another daemon holds the fleet'));
    } catch (error) {
      if (signal.aborted) return;
      const why = messageOf(error);
      this.#away = { since: this.#away?.since ?? before, why };
      const fields = { ...this.storeAway, acting: this.#acting };
      this.#say('away', () => log.warn(fields, 'the store does not answer: nothing new begins until it does'));
    }
  }

  /** Says a thing when it is new, and again after a long while. */
  #say(what: string, tell: () => void): void {
    const now = this.#options.clock.monotonic();
    if (this.#said === what && now - this.#saidAt < REMIND_MS) return;
    this.#said = what;
    this.#saidAt = now;
    tell();
  }
}
