import type { KindLog } from '../kinds/context.ts';
import type { Clock } from '../model/clock.ts';
import { clockDoubt, type ClockRule, type ClockSync } from '../rollout/windows/clock-sync.ts';

export interface ClockWatchOptions {
  rule: ClockRule;
  /** Asks the machine. */
  probe: (signal: AbortSignal) => Promise<ClockSync>;
  clock: Clock;
  log: KindLog;
  /** The clock has become doubtful, or is so no longer. */
  onChange: () => void;
}

/** Between two looks, in milliseconds. */
const LOOK_MS = 30_000;

/** Knows whether the daemon's own clock can be trusted to open maintenance windows. */
export class ClockWatch {
  readonly #options: ClockWatchOptions;
  #sync: ClockSync = 'unknown';
  #told = false;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
  }

  /** Why the clock cannot be trusted; undefined = it can. */
  get doubt(): string | undefined {
    return clockDoubt(this.#sync, this.#options.rule);
  }

  /** Asks the machine once. A probe that fails knows nothing. */
  async look(signal: AbortSignal): Promise<void> {
    const { rule, probe, log, onChange } = this.#options;
    if (rule === 'ignored') return;
    const before = this.doubt;
    this.#sync = await probe(signal).catch((): ClockSync => 'unknown');
    if (this.doubt !== before) {
      if (this.doubt) log.warn({ clock: this.#sync }, 'maintenance windows do not open: the clock cannot be trusted');
      else log.info({ clock: this.#sync }, 'the clock can be trusted again');
      onChange();
    }
    if (this.#sync !== 'unknown' || this.doubt || this.#told) return;
    this.#told = true;
    log.info(
      {},
      'nothing on this machine says whether its clock is synchronised; maintenance windows open all the same',
    );
  }

  /** Looks again and again, until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.sleep(LOOK_MS, signal).catch(() => undefined);
      if (!signal.aborted) await this.look(signal);
    }
  }
}
