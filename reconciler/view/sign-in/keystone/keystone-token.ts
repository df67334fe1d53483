import type { Authenticator, AuthenticatorDeps } from '../authenticator.ts';
import { ABSENT, REFUSED } from '../authenticator.ts';
import { authTokenOf } from '../credentials.ts';
import type { Ask } from '../remote.ts';
import type { KeystoneTokenSettings } from '../settings.ts';
import { VerifiedCache } from '../verified-cache.ts';
import { DEFAULT_DOMAIN, askKeystone } from './identity-api.ts';
import { KEYSTONE_KEEP_MS } from './keystone-password.ts';

/** The token of `X-Auth-Token`, which Keystone takes. */
export function keystoneTokenAuthenticator(
  { url }: KeystoneTokenSettings,
  { clock, ask }: Pick<AuthenticatorDeps, 'clock'> & { ask: Ask },
): Authenticator {
  const cache = new VerifiedCache(clock, KEYSTONE_KEEP_MS);
  return {
    type: 'keystoneToken',
    challenge: `Keystone uri="${new URL(url).href}"`,
    carries: ({ headers }) => headers.has('x-auth-token'),
    async authenticate({ headers }, signal) {
      if (!headers.has('x-auth-token')) return ABSENT;
      const token = authTokenOf(headers);
      if (token === undefined) return REFUSED;
      const secret = token.reveal();
      const identity = { methods: ['token'], token: { id: secret } };
      return cache.verdict([secret], () => askKeystone(ask, url, identity, DEFAULT_DOMAIN), signal);
    },
  };
}
