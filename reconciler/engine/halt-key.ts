import { isoTime } from '../model/clock.ts';
import { Transient } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { cleanText } from '../status/text.ts';
import { keys } from '../store/keys.ts';
import type { HaltRecord } from '../store/records.ts';
import type { Expectation, StateStore } from '../store/state-store.ts';
import { MAX_WHY, NO_REASON } from './halt-file.ts';

/** Who wants something done by hand, and why. */
export interface ByHand {
  who: string;
  why?: string | undefined;
}

const TRIES = 5;

/**
 * Pulls the brake in the store: durable when it returns, and from then on no intent of a step is written. A brake that is pulled
 * already stays as it is. `expectations` (the fleet's lease) must hold. Throws Transient `STORE_CONTENDED`.
 */
export async function pullBrake(
  store: StateStore,
  { who, why }: ByHand,
  nowMs: number,
  expectations: readonly Expectation[] = [],
  signal?: AbortSignal,
): Promise<{ halt: HaltRecord; already: boolean }> {
  const halt: HaltRecord = {
    format: 1,
    who: cleanText(who, 100) || 'unknown',
    why: cleanText(why ?? '', MAX_WHY) || NO_REASON,
    since: isoTime(nowMs),
  };
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const found = await store.get(keys.halt, signal);
    if (found) return { halt: found.value as unknown as HaltRecord, already: true };
    const absent: Expectation = { key: keys.halt, revision: 0 };
    const result = await store.commit(
      [{ put: keys.halt, value: halt as unknown as Json }],
      [absent, ...expectations],
      signal,
    );
    if (result.ok) return { halt, already: false };
    if ('lease' in result.failed) break;
  }
  throw contended();
}

/** Lifts the brake in the store; gives what was lifted, undefined where it was not pulled. Throws Transient `STORE_CONTENDED`. */
export async function liftBrake(store: StateStore, signal?: AbortSignal): Promise<HaltRecord | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const found = await store.get(keys.halt, signal);
    if (!found) return undefined;
    const same: Expectation = { key: keys.halt, revision: found.revision };
    const result = await store.commit([{ delete: keys.halt }], [same], signal);
    if (result.ok) return found.value as unknown as HaltRecord;
  }
  throw contended();
}

function contended(): Transient {
  return new Transient('The brake could not be written: somebody else is changing it.', {
    code: 'STORE_CONTENDED',
    hint: 'Try again; `intendant status` says whether it is pulled.',
  });
}
