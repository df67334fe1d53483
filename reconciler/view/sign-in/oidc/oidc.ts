import type { Clock } from '../../../model/clock.ts';
import { ABSENT, REFUSED, accepted, type Authenticator } from '../authenticator.ts';
import { bearerOf, usesScheme } from '../credentials.ts';
import type { Ask } from '../remote.ts';
import type { OidcSettings } from '../settings.ts';
import { codeFlow } from './code-flow.ts';
import { identityOf } from './identity.ts';
import { Provider } from './provider.ts';
import { signInRoutes, type Guard } from './routes.ts';
import { Sessions } from './sessions.ts';

export interface OidcDeps {
  clock: Clock;
  ask: Ask;
  /** Of session cookies. */
  sessionKey: Uint8Array;
  /** Groups that roles are decided by. */
  groups: readonly string[];
  guard: Guard;
}

/**
 * Tokens of an OpenID provider: signed ones as bearer, for programs, and where a client and the public address are configured, the sign-in of
 * browsers, which gives a session cookie.
 */
export function oidcAuthenticator(settings: OidcSettings, deps: OidcDeps): Authenticator {
  const { clientId, publicUrl, issuer, sessionMs, groups: allowed } = settings;
  const provider = new Provider(settings, deps);
  const audience = settings.audience ?? clientId;
  const sessions =
    clientId === undefined || publicUrl === undefined
      ? undefined
      : new Sessions({
          key: deps.sessionKey,
          issuer,
          clientId,
          lifeMs: sessionMs,
          secure: publicUrl.startsWith('https:'),
          groups: [...deps.groups, ...(allowed ?? [])],
          allowed,
          clock: deps.clock,
        });

  return {
    type: 'oidc',
    guessable: false,
    challenge: 'Bearer realm="intendant"',
    carries: ({ headers }) => usesScheme(headers, 'bearer') || (sessions?.has(headers) ?? false),
    async authenticate({ headers }) {
      if (usesScheme(headers, 'bearer')) {
        const token = bearerOf(headers);
        if (token === undefined || audience === undefined) return REFUSED;
        const claims = await provider.verify(token.reveal(), audience);
        const identity = claims && identityOf(claims, settings);
        return identity === undefined ? REFUSED : accepted(identity);
      }
      if (!sessions?.has(headers)) return ABSENT;
      const identity = await sessions.identityOf(headers);
      // One whose time is over is as good as none: the browser signs in again.
      return identity === undefined ? ABSENT : { outcome: 'accepted', identity, isSession: true };
    },
    ...(sessions !== undefined &&
      clientId !== undefined &&
      publicUrl !== undefined && {
        routes: signInRoutes(codeFlow(settings, clientId, publicUrl, provider), sessions, deps.guard),
        page: '/sign-in',
      }),
  };
}
