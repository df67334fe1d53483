import type { Clock, Random } from '../model/clock.ts';
import type { IntendantError } from '../model/errors.ts';
import type { BranchWriter, Signature } from '../source/source.ts';
import type { StatusSource } from './status-source.ts';

/** Structured log: a constant message and the facts beside it. */
export interface StatusLog {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
}

export interface StatusWriterOptions {
  branch: BranchWriter;
  /** Full ref of the status branch: `refs/heads/intendant/status`. No other is ever written. */
  ref: string;
  source: StatusSource;
  clock: Clock;
  random: Random;
  log: StatusLog;
  /** Version of the program. */
  version: string;
  author: Signature;
  /** Changes within this many milliseconds become one commit. Default 2000. */
  windowMs?: number;
  /** Milliseconds between commits that only say that the daemon lives. Default one hour. */
  heartbeatMs?: number;
  /** True: write over a branch that another store has written, or that holds other files at our paths. Default false. */
  takeOver?: boolean;
  /** Told why nothing can be pushed, at every failed try, and with undefined once it works again. */
  onTrouble?: (error: IntendantError | undefined) => void;
}

/** The last commit that this process pushed. */
export interface PushedStatus {
  commit: string;
  /** Wall clock, milliseconds. */
  at: number;
  files: number;
}
