/** Why it cannot be said what a host should have. */
export interface Impossible {
  /** Stable code in UPPER_SNAKE: `FAMILY_UNKNOWN`. */
  code: string;
  /** A sentence that says what to do. */
  message: string;
}

/** One sentence from a code and its text. */
export function impossible(code: string, message: string): { impossible: Impossible } {
  return { impossible: { code, message } };
}
