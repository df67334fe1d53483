/** What becomes of a credential: let in, wrong, not looked at for too many failures, or nobody could be asked about it. */
export const SIGN_IN_OUTCOMES = ['ok', 'refused', 'limited', 'unavailable'] as const;
export type SignInOutcome = (typeof SIGN_IN_OUTCOMES)[number];

/** Told of every credential that was presented: for metrics. */
export interface SignInCounter {
  /** `type` is that of the authenticator: `basic`, `oidc`, …. A request is counted once as `ok`, or once for each that denied it. */
  onResult(type: string, outcome: SignInOutcome): void;
}
