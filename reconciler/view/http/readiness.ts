import type { Clock } from '../../model/clock.ts';
import { deadline } from '../../ssh/deadline.ts';
import { keys } from '../../store/keys.ts';
import type { ViewContext } from './context.ts';

/** Something without which the view cannot answer. */
export interface Missing {
  dependency: 'store' | 'cache' | 'desired';
  /** A sentence for anybody who asks: no addresses, no names. */
  why: string;
}

export interface ReadinessReport {
  missing: Missing[];
  /** The desired side is older than the accepted revision. */
  behind: boolean;
}

/** How long one answer of the store is believed, in milliseconds: readiness is asked for without sign-in. */
const BELIEVED_MS = 1000;
/** How long the store has for an answer, in milliseconds. */
const ANSWER_MS = 2000;

/** Says what is missing. Asks the store at most once a second, whoever and however often is asking. */
export class Readiness {
  readonly #context: Pick<ViewContext, 'store' | 'cache' | 'desired' | 'stopping'>;
  readonly #clock: Clock;
  #asked: { at: number; answers: Promise<boolean> } | undefined;

  constructor(context: Pick<ViewContext, 'store' | 'cache' | 'desired' | 'stopping' | 'clock'>) {
    this.#context = context;
    this.#clock = context.clock;
  }

  async report(): Promise<ReadinessReport> {
    const { cache, desired } = this.#context;
    const missing: Missing[] = [];
    if (!(await this.#storeAnswers())) missing.push({ dependency: 'store', why: 'The store does not answer.' });
    if (!cache.ready) missing.push({ dependency: 'cache', why: 'The state of the fleet has not been read yet.' });
    if (desired.inventory.commit === '') {
      missing.push({ dependency: 'desired', why: 'No revision of the config repository has been read yet.' });
    }
    return { missing, behind: desired.behind !== undefined };
  }

  #storeAnswers(): Promise<boolean> {
    const now = this.#clock.monotonic();
    if (this.#asked && now - this.#asked.at < BELIEVED_MS) return this.#asked.answers;
    const answers = this.#ask();
    this.#asked = { at: now, answers };
    return answers;
  }

  async #ask(): Promise<boolean> {
    const { store, stopping } = this.#context;
    const bounded = deadline(stopping, ANSWER_MS);
    try {
      await store.get(keys.meta, bounded.signal);
      return true;
    } catch {
      return false;
    } finally {
      bounded.clear();
    }
  }
}
