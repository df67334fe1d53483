import type { Hono } from 'hono';
import type { KindLog } from '../../kinds/context.ts';
import type { Clock } from '../../model/clock.ts';
import type { ViewEnv } from '../http/context.ts';
import type { SignInRequest } from './sign-in.ts';

/** Somebody whom an authenticator knows. */
export interface Identity {
  /** 1 to 256 characters, none of them a control character; another name is refused. */
  name: string;
  groups?: readonly string[];
  /** Names that only this kind of authenticator can prove: of a client certificate. */
  commonNames?: readonly string[];
}

/**
 * What an authenticator makes of a request. `absent`: it holds no credential of this kind. `refused`: it does, and it is wrong, or its
 * owner may not sign in. `isSession`: somebody whom an earlier sign-in let in. `unavailable`: whoever decides cannot be asked; the request is denied, and not counted as a guess.
 */
export type Verdict =
  | { outcome: 'accepted'; identity: Identity; isSession?: boolean }
  | { outcome: 'absent' }
  | { outcome: 'refused' }
  | { outcome: 'unavailable'; reason: string };

/**
 * One way to sign in. A package outside brings one as a module that exports `createAuthenticator(options, deps)`, which gives this or a
 * promise of it: `options` is what stands in the configuration, and is the module's to check; it throws an Error with a
 * sentence where they are wrong, and the view does not start.
 */
export interface Authenticator {
  /** Stands in the metrics and on the principal: letters, digits, `-`. */
  readonly type: string;
  /** False where a credential cannot be found by trying (signatures): it works from an address that failed too often. Default true. */
  readonly guessable?: boolean;
  /** `WWW-Authenticate` for a request that was denied. */
  readonly challenge?: string;
  /** Whether the request holds a credential of this kind at all; without it every request is asked about. Does not throw. */
  carries?(request: SignInRequest): boolean;
  /**
   * Decides. The signal ends it: when the request does, or after a deadline. What it throws counts as `unavailable`; the message is
   * logged and must hold no secret.
   */
  authenticate(request: SignInRequest, signal: AbortSignal): Promise<Verdict>;
  /** Mounted at `/sign-in`, reached without being signed in. At most one authenticator of a list has any. */
  readonly routes?: Hono<ViewEnv>;
  /** Where a browser that is denied is sent: a path below `/sign-in`. */
  readonly page?: string;
}

/** What an authenticator is given. */
export interface AuthenticatorDeps {
  clock: Clock;
  log: KindLog;
}

/** What a module of a package outside exports. */
export interface AuthenticatorModule {
  createAuthenticator(
    options: Record<string, unknown>,
    deps: AuthenticatorDeps,
  ): Authenticator | Promise<Authenticator>;
}

export const ABSENT: Verdict = { outcome: 'absent' };
export const REFUSED: Verdict = { outcome: 'refused' };

/** A verdict for somebody whose credential is right. */
export function accepted(identity: Identity): Verdict {
  return { outcome: 'accepted', identity };
}
