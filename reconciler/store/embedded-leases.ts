import { abortReason, type Clock } from '../model/clock.ts';
import { Transient } from '../model/errors.ts';
import { keys } from './keys.ts';
import type { Lease, LeaseToken } from './state-store.ts';

/** Renewals in one lifetime of a lease. */
const RENEWALS = 3;

interface Holding {
  holder: string;
  token: LeaseToken;
  ttlMs: number;
  expiresAt: number;
  lost: AbortController;
  ended: AbortController;
}

/**
 * Leases within one process. The folder belongs to that process, so they end with it: the epoch, which each opening
 * raises, is part of every token, and a token of an older opening never matches.
 */
export class EmbeddedLeases {
  readonly #clock: Clock;
  readonly #epoch: number;
  readonly #held = new Map<string, Holding>();
  readonly #waiters = new Map<string, Set<() => void>>();
  #given = 0;
  #closed = false;

  constructor(epoch: number, clock: Clock) {
    this.#epoch = epoch;
    this.#clock = clock;
  }

  /** See `StateStore.lease`. */
  async acquire(name: string, holder: string, ttlMs: number, signal: AbortSignal): Promise<Lease> {
    for (;;) {
      if (signal.aborted) throw abortReason(signal);
      if (this.#closed) throw storeClosed();
      const current = this.#current(name);
      if (current === undefined || current.holder === holder) {
        if (current !== undefined) this.#end(name, current, 'taken over by its own holder');
        return this.#give(name, holder, ttlMs);
      }
      await this.#change(name, current, signal);
    }
  }

  /** True while the holding that the token proves lasts. */
  valid(token: LeaseToken): boolean {
    for (const name of this.#held.keys()) {
      if (keys.lease(name) === token.key) return this.#current(name)?.token.createRevision === token.createRevision;
    }
    return false;
  }

  holder(name: string): string | undefined {
    return this.#current(name)?.holder;
  }

  /** Every holding is lost. */
  close(): void {
    this.#closed = true;
    for (const [name, holding] of [...this.#held]) this.#end(name, holding, 'the store was closed');
  }

  /** The holding in force; one that has run out is ended here, before anybody else can be given it. */
  #current(name: string): Holding | undefined {
    const holding = this.#held.get(name);
    if (holding === undefined || this.#clock.monotonic() < holding.expiresAt) return holding;
    this.#end(name, holding, 'it was not renewed in time');
    return undefined;
  }

  #give(name: string, holder: string, ttlMs: number): Lease {
    this.#given += 1;
    const token = { key: keys.lease(name), createRevision: this.#epoch * 1_000_000 + this.#given };
    const holding: Holding = {
      holder,
      token,
      ttlMs,
      expiresAt: this.#clock.monotonic() + ttlMs,
      lost: new AbortController(),
      ended: new AbortController(),
    };
    this.#held.set(name, holding);
    void this.#renew(name, holding);
    return {
      token,
      lost: holding.lost.signal,
      held: () => this.#current(name) === holding,
      release: async () => this.#end(name, holding, undefined),
    };
  }

  async #renew(name: string, holding: Holding): Promise<void> {
    while (!holding.ended.signal.aborted) {
      try {
        await this.#clock.sleep(holding.ttlMs / RENEWALS, holding.ended.signal);
      } catch {
        return;
      }
      if (this.#current(name) !== holding) return;
      holding.expiresAt = this.#clock.monotonic() + holding.ttlMs;
    }
  }

  /** Ends a holding; `why` is given when it is lost rather than released. */
  #end(name: string, holding: Holding, why: string | undefined): void {
    if (holding.ended.signal.aborted) return;
    holding.ended.abort();
    if (this.#held.get(name) === holding) this.#held.delete(name);
    if (why !== undefined) holding.lost.abort(new Error(`the lease "${name}" is lost: ${why}`));
    for (const wake of this.#waiters.get(name) ?? []) wake();
  }

  /** Resolves when the holding may have ended; rejects when aborted. */
  async #change(name: string, holding: Holding, signal: AbortSignal): Promise<void> {
    const waiters = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, waiters);
    const stop = new AbortController();
    const wait = AbortSignal.any([signal, stop.signal]);
    const wake = (): void => stop.abort();
    waiters.add(wake);
    try {
      await this.#clock.sleep(Math.max(1, holding.expiresAt - this.#clock.monotonic()), wait);
    } catch {
      // Woken or aborted: the caller looks again.
    } finally {
      waiters.delete(wake);
    }
  }
}

/** The error of a call on a store that was closed: the daemon is on its way out. */
export function storeClosed(): Transient {
  return new Transient('The store was closed.', { code: 'STORE_UNAVAILABLE', hint: 'The daemon is stopping.' });
}
