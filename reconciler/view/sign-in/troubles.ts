import type { KindLog } from '../../kinds/context.ts';
import type { Clock } from '../../model/clock.ts';
import { cleanText } from '../../status/text.ts';
import { addressKey } from './address-key.ts';

/** What goes on is said again after so long, in milliseconds. */
const AGAIN_MS = 60_000;
/** Addresses that are remembered. */
const MOST = 1000;

/**
 * What the log says of sign-ins: once when something begins and when it ends, and once a minute while it lasts, however many requests there
 * are. Neither credentials nor the names that were tried: some type a password there.
 */
export class Troubles {
  readonly #clock: Clock;
  readonly #log: KindLog;
  readonly #away = new Map<string, { reason: string; saidAt: number }>();
  readonly #refused = new Map<string, number>();

  constructor(clock: Clock, log: KindLog) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Whoever decides for this type cannot be asked. */
  unavailable(type: string, why: string): void {
    const reason = cleanText(why, 300);
    const before = this.#away.get(type);
    const now = this.#clock.monotonic();
    if (before?.reason === reason && now - before.saidAt < AGAIN_MS) return;
    this.#away.set(type, { reason, saidAt: now });
    this.#log.warn({ authenticator: type, reason }, 'sign-in is not possible this way: who decides cannot be asked');
  }

  /** It decides again. */
  decided(type: string): void {
    if (this.#away.delete(type)) this.#log.info({ authenticator: type }, 'sign-in is possible this way again');
  }

  /** A credential was wrong, or was not looked at any more. */
  denied(address: string, types: readonly string[], outcome: 'refused' | 'limited'): void {
    const key = `${outcome} ${addressKey(address)}`;
    const now = this.#clock.monotonic();
    const before = this.#refused.get(key);
    if (before !== undefined && now - before < AGAIN_MS) return;
    this.#refused.delete(key);
    this.#refused.set(key, now);
    if (this.#refused.size > MOST) this.#refused.delete(this.#refused.keys().next().value!);
    const message =
      outcome === 'refused' ? 'a sign-in failed' : 'sign-ins from an address are limited: too many failed';
    this.#log.warn({ address, authenticators: types }, message);
  }
}
