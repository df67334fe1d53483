import { createHmac, randomBytes } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { addressKey } from './address-key.ts';
import { Gate } from './gate.ts';
import type { LimitSettings } from './settings.ts';

/** A name may fail so many times its limit from anywhere; then each address has one try. */
const ANYWHERE = 10;
/** Counters of each kind. What there is to count is put into so many, by chance, so that nobody can fill the memory. */
const BUCKETS = 2 ** 14;

/** What an attempt came to: right, wrong, or neither. */
export type Attempt = 'right' | 'wrong' | 'neither';

/** Where an attempt comes from, and for whom it is made where that is known. */
export interface Claimant {
  address: string;
  user?: string | undefined;
}

/**
 * Counts sign-ins that fail, per address and per name, in memory and bounded. A name is limited at the addresses from which it fails and never
 * everywhere: a stranger cannot lock anybody out.
 */
export class Limits {
  readonly #settings: LimitSettings;
  readonly #key = randomBytes(32);
  readonly #addresses: RateLimiterMemory;
  readonly #names: RateLimiterMemory;
  readonly #pairs: RateLimiterMemory;
  readonly #gate = new Gate();

  constructor(settings: LimitSettings) {
    this.#settings = settings;
    const { perAddress, perUser, windowMs } = settings;
    const counter = (points: number): RateLimiterMemory => new RateLimiterMemory({ points, duration: windowMs / 1000 });
    this.#addresses = counter(perAddress);
    this.#names = counter(perUser * ANYWHERE);
    this.#pairs = counter(perUser);
  }

  /**
   * Makes an attempt, unless too many failed: then gives the seconds to wait. As many attempts as may still fail are under way at once, the
   * others wait for them, so that guesses made at the same moment count too. A right one forgets what failed before it for that name there.
   */
  async attempt<T>(
    { address, user }: Claimant,
    make: () => Promise<{ outcome: Attempt; result: T }>,
    signal: AbortSignal,
  ): Promise<{ result: T } | { retryAfterSeconds: number }> {
    const from = this.#bucket('address', addressKey(address));
    const pair = user === undefined ? undefined : this.#bucket('pair', addressKey(address), user);
    const name = user === undefined ? undefined : this.#bucket('name', user);
    const doors = [
      { key: `a${from}`, left: async () => this.#left(this.#addresses, from, this.#settings.perAddress) },
      ...(pair === undefined || name === undefined
        ? []
        : [{ key: `p${pair}`, left: async () => this.#left(this.#pairs, pair, await this.#perUser(name)) }]),
    ];
    const entered = await this.#gate.enter(doors, signal);
    if ('retryAfterSeconds' in entered) return entered;
    try {
      const { outcome, result } = await make();
      if (outcome === 'right' && pair !== undefined) await this.#pairs.delete(pair);
      if (outcome === 'wrong') {
        await this.#addresses.penalty(from);
        if (pair !== undefined) await this.#pairs.penalty(pair);
        if (name !== undefined) await this.#names.penalty(name);
      }
      return { result };
    } finally {
      entered.leave();
    }
  }

  async #perUser(name: string): Promise<number> {
    const { perUser } = this.#settings;
    const failed = (await this.#names.get(name))?.consumedPoints ?? 0;
    return failed >= perUser * ANYWHERE ? 1 : perUser;
  }

  async #left(
    counter: RateLimiterMemory,
    key: string,
    most: number,
  ): Promise<{ left: number; retryAfterSeconds: number }> {
    const now = await counter.get(key);
    const retryAfterSeconds = Math.max(1, Math.ceil((now?.msBeforeNext ?? 0) / 1000));
    return { left: most - (now?.consumedPoints ?? 0), retryAfterSeconds };
  }

  #bucket(...parts: string[]): string {
    return String(createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest().readUInt32BE() % BUCKETS);
  }
}
