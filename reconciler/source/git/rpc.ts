import { Bug, IntendantError, InvalidInput, Transient, Waiting } from '../../model/errors.ts';
import type { Disposition } from '../../model/errors.ts';
import type { BranchWriterOptions } from './branch-engine.ts';
import type { ConfigSourceOptions } from './config-engine.ts';

/** Which engine a request is for. Sent along each time, so that a thread that was started anew opens it again. */
export type Session =
  | { id: string; role: 'source'; options: ConfigSourceOptions }
  | { id: string; role: 'writer'; options: BranchWriterOptions };

/** From the main thread to the git thread. `next` pulls one message of a stream, `return` gives it up. */
export type Request =
  | { id: number; kind: 'call' | 'stream'; session: Session; method: string; args: unknown[] }
  | { id: number; kind: 'abort' | 'next' | 'return' }
  | { id: number; kind: 'close'; session: string };

/** From the git thread. `done` ends a stream. */
export type Reply =
  | { id: number; kind: 'value'; value: unknown }
  | { id: number; kind: 'done' }
  | { id: number; kind: 'error'; error: WireError };

/** An error as plain data. Causes are reduced to their messages. */
export interface WireError {
  disposition: Disposition;
  message: string;
  code: string;
  hint?: string;
  retryAfterMs?: number;
  cause?: string;
}

/** Any thrown value, for the way between threads. */
export function toWire(thrown: unknown): WireError {
  if (!(thrown instanceof IntendantError)) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const code = (thrown as NodeJS.ErrnoException | undefined)?.code;
    // An error of the file system is the world's, not ours.
    if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return { disposition: 'Transient', message, code };
    return { disposition: 'Bug', message, code: 'BUG' };
  }
  const { disposition, message, code, hint, retryAfterMs, cause } = thrown;
  const reason = cause instanceof Error ? cause.message : undefined;
  return { disposition, message, code, hint, retryAfterMs, cause: reason };
}

/** The error again, of its class. */
export function fromWire(wire: WireError): IntendantError {
  const { message, code, hint, retryAfterMs } = wire;
  const details = { code, hint, retryAfterMs, cause: wire.cause === undefined ? undefined : new Error(wire.cause) };
  switch (wire.disposition) {
    case 'InvalidInput':
      return new InvalidInput(message, details);
    case 'Waiting':
      return new Waiting(message, details);
    case 'Transient':
      return new Transient(message, details);
    case 'Bug':
      return new Bug(message, details);
  }
}
