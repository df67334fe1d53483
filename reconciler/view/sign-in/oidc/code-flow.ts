import type { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { REFUSED, accepted } from '../authenticator.ts';
import type { OidcSettings } from '../settings.ts';
import { identityOf } from './identity.ts';
import type { Provider } from './provider.ts';
import type { CodeFlow } from './routes.ts';
import type { Journey } from './sessions.ts';

/** Path to which the provider sends the browser back. */
const CALLBACK = '/sign-in/callback';

/** The authorization-code sign-in with PKCE, state and nonce. The identity token's signature is verified although it comes over TLS. */
export function codeFlow(settings: OidcSettings, clientId: string, publicUrl: string, provider: Provider): CodeFlow {
  const redirectUri = new URL(CALLBACK, publicUrl).href;
  return {
    async begin({ state, nonce, verifier }) {
      const oidc = await import('openid-client');
      return oidc.buildAuthorizationUrl(await provider.client(clientId), {
        redirect_uri: redirectUri,
        scope: ['openid', ...settings.scopes.filter((scope) => scope !== 'openid')].join(' '),
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
    },
    async finish(query, journey) {
      const token = await exchange(query, journey);
      if (token === undefined) return REFUSED;
      const claims = await provider.verify(token, clientId);
      if (claims === undefined || claims['nonce'] !== journey.nonce) return REFUSED;
      const identity = identityOf(claims, settings);
      return identity === undefined ? REFUSED : accepted(identity);
    },
  };

  /** The identity token; undefined where the provider refused, or somebody else than the provider sent the browser here. */
  async function exchange(query: URLSearchParams, journey: Journey): Promise<string | undefined> {
    const oidc = await import('openid-client');
    const client = await provider.client(clientId);
    // Its own address as it is known to the provider, whatever a request says.
    const returned = new URL(redirectUri);
    returned.search = query.toString();
    try {
      const tokens = await oidc.authorizationCodeGrant(client, returned, {
        pkceCodeVerifier: journey.verifier,
        expectedState: journey.state,
        expectedNonce: journey.nonce,
        idTokenExpected: true,
      });
      return tokens.id_token;
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }
}

/** Whether the provider, or what it sent, says no; everything else is an outage. */
function isRefusal(error: unknown): boolean {
  const { name, status, code } = error as Partial<AuthorizationResponseError & ResponseBodyError & ClientError>;
  if (name === 'AuthorizationResponseError') return true;
  // 401: our own client is refused, which is nobody's guess.
  if (name === 'ResponseBodyError') return status === 400 && (error as ResponseBodyError).error === 'invalid_grant';
  return ['OAUTH_INVALID_RESPONSE', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED'].includes(
    code ?? '',
  );
}
