/** What becomes of a credential: let in, wrong, not looked at for too many failures, or nobody could be asked about it. */
export type SignInOutcome = 'ok' | 'refused' | 'limited' | 'unavailable';

/** Told of every credential that was presented: for metrics. */
export interface SignInCounter {
  /** `type` is that of the authenticator: `basic`, `oidc`, …, or `session` where an earlier sign-in goes on. A request is counted once as `ok`, or once for each that denied it. */
  onResult(type: string, outcome: SignInOutcome): void;
}
