/** What happens next: wait for a new commit, wait for a named thing, back off and try again, or a fault of ours. */
export type Disposition = 'InvalidInput' | 'Waiting' | 'Transient' | 'Bug';

export interface ErrorDetails {
  /** Stable code in UPPER_SNAKE, for programs: `HOST_KEY_CHANGED`. */
  code: string;
  /** What the reader can do about it, one sentence. */
  hint?: string;
  cause?: unknown;
  /** For Waiting and Transient: not before this many milliseconds. */
  retryAfterMs?: number;
}

/** Base of all errors that the project throws on purpose. Messages are sentences without secrets. */
export class IntendantError extends Error {
  readonly disposition: Disposition;
  readonly code: string;
  readonly hint?: string;
  readonly retryAfterMs?: number;

  constructor(disposition: Disposition, message: string, details: ErrorDetails) {
    super(message, { cause: details.cause });
    this.name = disposition;
    this.disposition = disposition;
    this.code = details.code;
    this.hint = details.hint;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The input must change (a new commit, another flag): trying again is of no use. */
export class InvalidInput extends IntendantError {
  constructor(message: string, details: ErrorDetails) {
    super('InvalidInput', message, details);
  }
}

/** Nothing is wrong; something has to happen first: a window, a slot, an approval, a dependency. */
export class Waiting extends IntendantError {
  constructor(message: string, details: ErrorDetails) {
    super('Waiting', message, details);
  }
}

/** The world did not answer as it should; try again later. */
export class Transient extends IntendantError {
  constructor(message: string, details: ErrorDetails) {
    super('Transient', message, details);
  }
}

/** Cannot happen. */
export class Bug extends IntendantError {
  constructor(message: string, details: Partial<ErrorDetails> = {}) {
    super('Bug', message, { code: 'BUG', ...details });
  }
}

/** Any thrown value as an IntendantError; strangers become Bug. */
export function asIntendantError(thrown: unknown): IntendantError {
  if (thrown instanceof IntendantError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Bug(message, { cause: thrown });
}

/** The message of any thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Message and hint as one text, for conditions: what happened, and what the reader can do about it. */
export function tellError({ message, hint }: Pick<IntendantError, 'message' | 'hint'>): string {
  if (hint === undefined) return message;
  return `${message}${/[.!?]$/.test(message) ? '' : '.'} ${hint}`;
}

/** `HOST_KEY_CHANGED` → `HostKeyChanged`: error codes as condition reasons. */
export function reasonOfCode(code: string): string {
  return code
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
