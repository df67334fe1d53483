import { messageOf } from '../../model/errors.ts';
import { unlessAborted } from '../../model/until-aborted.ts';
import type { Principal } from '../http/principal.ts';
import type { Authenticator, Verdict } from './authenticator.ts';
import { basicOf } from './credentials.ts';
import type { Attempt, Limits } from './limits.ts';
import type { SignInCounter, SignInOutcome } from './outcomes.ts';
import { principalOf } from './roles.ts';
import type { SignInSettings } from './settings.ts';
import type { Denial, SignIn, SignInRequest, SignInResult } from './sign-in.ts';
import type { Troubles } from './troubles.ts';

/** With a credential that nobody could be asked about: not before so many seconds. */
const UNDECIDED_SECONDS = 5;

/** One authenticator of the list, and how long it may take. */
export interface Listed {
  authenticator: Authenticator;
  timeoutMs: number;
}

export interface ListDeps {
  limits: Limits;
  counter: SignInCounter;
  troubles: Troubles;
}

/** What the whole list made of a request: who it is, and what each authenticator that did not accept said. */
interface Round {
  principal?: Principal;
  by?: Authenticator;
  isSession?: boolean;
  said: { type: string; outcome: SignInOutcome; by?: Authenticator }[];
}

/** The sign-in of the configuration: its authenticators in order, until one accepts. */
export function signInOf(listed: readonly Listed[], settings: SignInSettings, deps: ListDeps): SignIn {
  const { limits, counter, troubles } = deps;
  const selfAuths = new Set(settings.selfAuths);
  const withRoutes = listed.find(({ authenticator }) => authenticator.routes !== undefined)?.authenticator;
  const page = listed.find((each) => each.authenticator.page !== undefined)?.authenticator.page;
  const challenges = [...new Set(listed.flatMap(({ authenticator }) => authenticator.challenge ?? []))];

  async function round(request: SignInRequest, asked: readonly Listed[]): Promise<Round> {
    const said: Round['said'] = [];
    for (const each of asked) {
      const { type } = each.authenticator;
      const verdict = await ask(each, request);
      if (verdict.outcome === 'unavailable') troubles.unavailable(type, verdict.reason);
      else if (verdict.outcome !== 'absent') troubles.decided(type);
      if (verdict.outcome === 'accepted') {
        const principal = principalOf(verdict.identity, type, settings.credsReaders);
        return { principal, by: each.authenticator, isSession: verdict.isSession === true, said };
      }
      if (verdict.outcome !== 'absent') said.push({ type, outcome: verdict.outcome, by: each.authenticator });
    }
    return { said };
  }

  async function limited(
    request: SignInRequest,
    carried: readonly Listed[],
  ): Promise<Round & { retryAfterSeconds?: number }> {
    const guessable = carried.filter(({ authenticator }) => authenticator.guessable !== false);
    if (guessable.length === 0) return round(request, carried);
    const claimant = { address: request.remoteAddress, user: basicOf(request.headers)?.user };
    const names = new Set(guessable.map(({ authenticator }) => authenticator.type));
    const attempt = async () => {
      const result = await round(request, carried);
      return { outcome: attemptOf(result), result };
    };
    const made = await limits.attempt(claimant, attempt, request.signal);
    if ('result' in made) return made.result;
    const others = carried.filter((each) => !guessable.includes(each));
    const rest = await round(request, others);
    const held = [...names].map((type) => ({ type, outcome: 'limited' as const }));
    return { ...rest, said: [...rest.said, ...held], retryAfterSeconds: made.retryAfterSeconds };
  }

  return {
    ...(withRoutes?.routes && { routes: withRoutes.routes }),
    ...(page !== undefined && { page }),
    async authenticate(request): Promise<SignInResult> {
      if (selfAuths.has(request.path)) return { principal: { name: 'nobody', roles: ['viewer'], by: 'none' } };
      const carried = listed.filter(({ authenticator }) => authenticator.carries?.(request) ?? true);
      const { principal, isSession, said, retryAfterSeconds } = await limited(request, carried);
      if (principal) {
        counter.onResult(isSession ? 'session' : principal.by, 'ok');
        return { principal };
      }
      for (const { type, outcome } of said) counter.onResult(type, outcome);
      const denied = said.filter(({ outcome }) => outcome !== 'unavailable');
      if (denied.length > 0) {
        const outcome = retryAfterSeconds === undefined ? 'refused' : 'limited';
        const types = denied.map(({ type }) => type);
        troubles.denied(request.remoteAddress, types, outcome);
      }
      const isUndecided = denied.length < said.length;
      return { denied: denialOf(request.path, challenges, { isUndecided, retryAfterSeconds }) };
    },
  };
}

/**
 * Whether a guess was right. Who comes in by one credential may bring another, of another scheme, that is wrong: that one counts as wrong,
 * or whoever may read could try the passwords of others for ever.
 */
function attemptOf({ by, said }: Round): Attempt {
  const wrong = said.filter((each) => each.outcome === 'refused' && each.by?.guessable !== false);
  if (wrong.some((each) => by === undefined || each.by?.challenge !== by.challenge)) return 'wrong';
  return by === undefined || by.guessable === false ? 'neither' : 'right';
}

async function ask({ authenticator, timeoutMs }: Listed, request: SignInRequest): Promise<Verdict> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([request.signal, deadline]);
  try {
    return await unlessAborted(authenticator.authenticate(request, signal), signal);
  } catch (error) {
    if (request.signal.aborted) throw error;
    return {
      outcome: 'unavailable',
      reason: deadline.aborted ? `no decision within ${timeoutMs} ms` : messageOf(error),
    };
  }
}

/** Paths of Commissaire are answered as Commissaire did: 403, and no invitation. */
function denialOf(
  path: string,
  challenges: readonly string[],
  { isUndecided, retryAfterSeconds }: { isUndecided: boolean; retryAfterSeconds: number | undefined },
): Denial {
  if (retryAfterSeconds !== undefined) {
    return { status: 429, retryAfterSeconds };
  }
  if (isUndecided) return { status: 503, retryAfterSeconds: UNDECIDED_SECONDS };
  const isOld = path === '/api/v0' || path.startsWith('/api/v0/');
  if (isOld || challenges.length === 0) return { status: 403 };
  return { status: 401, headers: { 'www-authenticate': challenges.join(', ') } };
}
