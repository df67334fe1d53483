import type { Clock } from '../model/clock.ts';
import type { Sensitive } from '../model/sensitive.ts';

/** A password that was refused is not sent again for so long: accounts get locked by wrong ones. */
const QUIET_MS = 10 * 60_000;

/** Passwords that hosts refused; one that changed since is tried at once. */
export class RefusedPasswords {
  readonly #clock: Clock;
  readonly #refused = new Map<string, { password: Sensitive; since: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `who`: the user on a host. */
  add(who: string, password: Sensitive): void {
    this.#refused.set(who, { password, since: this.#clock.monotonic() });
  }

  has(who: string, password: Sensitive): boolean {
    const known = this.#refused.get(who);
    if (!known) return false;
    if (known.password.reveal() === password.reveal() && this.#clock.monotonic() - known.since < QUIET_MS) return true;
    this.#refused.delete(who);
    return false;
  }
}
