import type { AlertGate } from '../../../schema/generated/types.ts';
import type { Clock } from '../../model/clock.ts';
import { canonicalJson } from '../../model/digest.ts';
import type { AlertAnswer, AlertVerdict } from '../../rollout/alerts.ts';

export interface AlertWatchOptions {
  /** Asks once; never throws. */
  ask: (gate: AlertGate, signal: AbortSignal) => Promise<AlertVerdict>;
  clock: Clock;
  /** An answer says something else than the one before. */
  onChange: () => void;
}

/** Between two questions to one gate, in milliseconds. */
const ASK_EVERY_MS = 5000;
/** A gate that nobody has read for so long is no longer asked, in milliseconds. */
const WANTED_FOR_MS = 15 * 60_000;

interface Watched {
  gate: AlertGate;
  /** Monotonic milliseconds. */
  wantedAt: number;
  answer?: AlertAnswer;
}

/** Asks the alert gates that operations wait for, in a loop of its own: whoever decides reads the last answer and never waits. */
export class AlertWatch {
  readonly #options: AlertWatchOptions;
  readonly #watched = new Map<string, Watched>();
  #wake: () => void = () => undefined;

  constructor(options: AlertWatchOptions) {
    this.#options = options;
  }

  /** The last answer of a gate; undefined = none yet, and it is asked at once. */
  read(gate: AlertGate): AlertAnswer | undefined {
    const name = canonicalJson(gate);
    const now = this.#options.clock.monotonic();
    const watched = this.#watched.get(name);
    if (watched) {
      watched.wantedAt = now;
      return watched.answer;
    }
    this.#watched.set(name, { gate, wantedAt: now });
    this.#wake();
    return undefined;
  }

  /** Asks until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const nap = new AbortController();
      const wake = (): void => nap.abort();
      this.#wake = wake;
      signal.addEventListener('abort', wake, { once: true });
      await this.look(signal);
      await this.#options.clock.sleep(ASK_EVERY_MS, nap.signal).catch(() => undefined);
      signal.removeEventListener('abort', wake);
    }
  }

  /** Asks every gate once that somebody has read lately. */
  async look(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (const [name, { wantedAt }] of this.#watched) {
      if (clock.monotonic() - wantedAt > WANTED_FOR_MS) this.#watched.delete(name);
    }
    await Promise.all([...this.#watched.values()].map((watched) => this.#ask(watched, signal)));
  }

  async #ask(watched: Watched, signal: AbortSignal): Promise<void> {
    const { ask, clock, onChange } = this.#options;
    const at = clock.now();
    const verdict = await ask(watched.gate, signal);
    if (signal.aborted) return;
    const before = watched.answer?.verdict;
    watched.answer = { at, verdict };
    if (!before || canonicalJson(before) !== canonicalJson(verdict)) onChange();
  }
}
