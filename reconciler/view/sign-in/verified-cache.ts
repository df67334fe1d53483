import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import { unlessAborted } from '../../model/until-aborted.ts';
import type { Verdict } from './authenticator.ts';

/** Credentials that are remembered; the oldest goes first. */
const MOST = 1000;

interface Kept {
  verdict: Verdict;
  /** Monotonic milliseconds. */
  until: number;
}

/**
 * Remembers for a short time which credentials were right, so that not every request of a dashboard costs a hash or a question to another
 * server. Kept is a digest under a key of this process, never the credential. Equal credentials that come at once are verified
 * once. Wrong ones are not remembered.
 */
export class VerifiedCache {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #key = randomBytes(32);
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Map<string, Promise<Verdict>>();

  constructor(clock: Clock, keepMs: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /**
   * The verdict on the credential that `parts` make up. `verify` goes on when one of those who wait for it goes away, and ends by itself;
   * it may say until when (milliseconds since 1970) its verdict holds.
   */
  async verdict(
    parts: readonly string[],
    verify: () => Promise<{ verdict: Verdict; until?: number }>,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const digest = this.#digest(parts);
    const kept = this.#kept.get(digest);
    if (kept && kept.until > this.#clock.monotonic()) return kept.verdict;
    this.#kept.delete(digest);
    let work = this.#underWay.get(digest);
    if (work === undefined) {
      work = this.#verify(digest, verify).finally(() => this.#underWay.delete(digest));
      // Whoever asked may be gone when it fails.
      work.catch(() => undefined);
      this.#underWay.set(digest, work);
    }
    return unlessAborted(work, signal);
  }

  async #verify(digest: string, verify: () => Promise<{ verdict: Verdict; until?: number }>): Promise<Verdict> {
    const { verdict, until } = await verify();
    const keepMs = Math.min(this.#keepMs, until === undefined ? Infinity : until - this.#clock.now());
    if (verdict.outcome === 'accepted' && keepMs > 0) {
      this.#kept.set(digest, { verdict, until: this.#clock.monotonic() + keepMs });
      if (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value!);
    }
    return verdict;
  }

  #digest(parts: readonly string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64');
  }
}
