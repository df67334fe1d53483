import type { Step } from '../model/plan.ts';
import type { HaltRecord } from '../store/records.ts';
import type { Hold } from './decide.ts';

/** A brake that is pulled. `command`: lifted with `intendant resume-all`. `file`: lifted by removing the file. */
export interface Halt {
  by: 'command' | 'file';
  /** The person, or the file. */
  who: string;
  why: string;
  /** ISO time. */
  since: string;
}

/** Every brake that is pulled; none = steps may begin. */
export function haltsInForce(stored: HaltRecord | undefined, file: HaltRecord | undefined): Halt[] {
  const halts: Halt[] = [];
  if (stored) halts.push(haltOf('command', stored));
  if (file) halts.push(haltOf('file', file));
  return halts;
}

/**
 * Whether a step may begin. While the brake is pulled none does, not even one whose intent is open from before a restart: it
 * may not have reached its host. A verdict only writes down what was, and gives the host back.
 */
export function mayBegin(step: Pick<Step, 'verdict'>, halt: Halt | undefined): boolean {
  return halt === undefined || step.verdict !== undefined;
}

/** The hold that a pulled brake means for every operation. Ends when somebody lifts it. */
export function haltHold(halt: Halt): Hold {
  return { reason: HALTED, message: `${describeHalt(halt)}; ${howToLift(halt)}` };
}

/** Reason of conditions while the brake is pulled. */
export const HALTED = 'Halted';

/** `halted by jo@ops since 2026-01-02T03:04:05.678Z: the reason`. */
export function describeHalt({ who, why, since }: Halt): string {
  return `halted by ${who} since ${since}: ${why}`;
}

/** What to do so that steps begin again. */
export function howToLift({ by, who }: Halt): string {
  return by === 'command' ? '`intendant resume-all` lifts it' : `remove ${who} to lift it`;
}

function haltOf(by: Halt['by'], { who, why, since }: HaltRecord): Halt {
  return { by, who, why, since };
}
