import type { AuthenticatorDeps, Authenticator } from '../authenticator.ts';
import { ABSENT, REFUSED } from '../authenticator.ts';
import { BASIC_CHALLENGE } from '../basic/basic.ts';
import { basicOf, usesScheme } from '../credentials.ts';
import type { Ask } from '../remote.ts';
import type { KeystonePasswordSettings } from '../settings.ts';
import { VerifiedCache } from '../verified-cache.ts';
import { DEFAULT_DOMAIN, askKeystone } from './identity-api.ts';

/** How long a credential that Keystone took is remembered, in milliseconds. */
export const KEYSTONE_KEEP_MS = 30_000;

/** User name and password of `Authorization: Basic`, which Keystone takes in one domain. */
export function keystonePasswordAuthenticator(
  { url, domain = DEFAULT_DOMAIN }: KeystonePasswordSettings,
  { clock, ask }: Pick<AuthenticatorDeps, 'clock'> & { ask: Ask },
): Authenticator {
  const cache = new VerifiedCache(clock, KEYSTONE_KEEP_MS);
  return {
    type: 'keystonePassword',
    challenge: BASIC_CHALLENGE,
    carries: ({ headers }) => usesScheme(headers, 'basic'),
    async authenticate({ headers }, signal) {
      if (!usesScheme(headers, 'basic')) return ABSENT;
      const credentials = basicOf(headers);
      if (credentials === undefined) return REFUSED;
      const { user, password } = credentials;
      const secret = password.reveal();
      const identity = {
        methods: ['password'],
        password: { user: { name: user, domain: { name: domain }, password: secret } },
      };
      return cache.verdict([user, secret], () => askKeystone(ask, url, identity, domain), signal);
    },
  };
}
