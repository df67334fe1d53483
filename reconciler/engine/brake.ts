import type { KindLog } from '../kinds/context.ts';
import type { Clock } from '../model/clock.ts';
import { asIntendantError, messageOf, Waiting } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { describeHalt, haltsInForce, type Halt } from '../rollout/brake.ts';
import { keys } from '../store/keys.ts';
import type { HaltRecord } from '../store/records.ts';
import { readHaltFile } from './halt-file.ts';
import type { LiveStore } from './live-store.ts';

/** Between two looks at the brake's file, in milliseconds: well within the second in which it must be obeyed. */
const LOOK_MS = 200;

export interface BrakeOptions {
  live: LiveStore;
  /** Path of the file that pulls the brake by being there. */
  file: string;
  clock: Clock;
  log: KindLog;
}

/**
 * The one gate before every step. Pulled by the key `halt` of the store or by a file; says so at once to whoever listens. Reads
 * both before the first step of a session, so that it outlives any restart.
 */
export class Brake {
  readonly #options: BrakeOptions;
  readonly #listeners = new Set<() => void>();
  #file: HaltRecord | undefined;
  #pulled = new AbortController();
  #shown = '[]';
  #recording: Promise<void> | undefined;
  #unreadable = false;

  constructor(options: BrakeOptions) {
    this.#options = options;
  }

  /** Every brake that is pulled now. */
  get halts(): readonly Halt[] {
    return haltsInForce(this.#options.live.get(keys.halt) as unknown as HaltRecord | undefined, this.#file);
  }

  /** Why nothing may begin; undefined = steps may begin. */
  get halt(): Halt | undefined {
    return this.halts[0];
  }

  /** Aborted the moment the brake is pulled; a new one stands here once it is lifted. */
  get pulled(): AbortSignal {
    return this.#pulled.signal;
  }

  /** Called after every change, also of the reason. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Throws Waiting `HALTED` while the brake is pulled. */
  refuseWhilePulled(): void {
    const { halt } = this;
    if (halt) throw new Waiting(`Nothing begins: ${describeHalt(halt)}.`, { code: 'HALTED' });
  }

  /** The key may have changed: looks, and tells. */
  heed(): void {
    const { halts } = this;
    const shown = JSON.stringify(halts);
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (halts.length > 0) this.#pulled.abort(new Waiting('The brake was pulled.', { code: 'HALTED' }));
    else if (this.#pulled.signal.aborted) this.#pulled = new AbortController();
    const [first] = halts;
    if (first) this.#options.log.warn({ ...first }, 'halted: no step begins');
    else this.#options.log.info({}, 'the brake is lifted: steps begin again');
    for (const listener of this.#listeners) listener();
  }

  /** Looks at the file and the key once. Never throws; where it cannot be told whether the file is there, it is as it was. */
  async look(): Promise<void> {
    const { file, log } = this.#options;
    try {
      this.#file = await readHaltFile(file);
      this.#unreadable = false;
    } catch (error) {
      if (!this.#unreadable) log.warn({ file, reason: messageOf(error) }, 'the file of the brake cannot be looked for');
      this.#unreadable = true;
    }
    this.heed();
  }

  /** Watches the file until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look();
      this.#recording ??= this.#record().finally(() => (this.#recording = undefined));
      await this.#options.clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
    await this.#recording;
  }

  /** Writes down what the file says, for those who cannot see it. Tried again with every look. */
  async #record(): Promise<void> {
    const { live, log } = this.#options;
    const known = live.get(keys.haltFile) as unknown as HaltRecord | undefined;
    if (known?.why === this.#file?.why && known?.since === this.#file?.since && known?.who === this.#file?.who) return;
    const write = this.#file ? { put: keys.haltFile, value: this.#file as unknown as Json } : { delete: keys.haltFile };
    await live.commit([write]).catch((thrown: unknown) => {
      const { code } = asIntendantError(thrown);
      log.warn({ code }, 'what the file of the brake says could not be written down');
    });
  }
}
