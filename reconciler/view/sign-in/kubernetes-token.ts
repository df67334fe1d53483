import { readFile } from 'node:fs/promises';
import { Sensitive } from '../../model/sensitive.ts';
import type { Authenticator, AuthenticatorDeps, Verdict } from './authenticator.ts';
import { ABSENT, REFUSED, accepted } from './authenticator.ts';
import { bearerOf, isName, usesScheme } from './credentials.ts';
import { fieldsOf, jsonOf, type Answer, type Ask } from './remote.ts';
import type { KubernetesTokenSettings } from './settings.ts';
import { isMember, textsOf } from './texts.ts';
import { VerifiedCache } from './verified-cache.ts';

/** How long a token that the API server took is remembered, in milliseconds. */
const KEEP_MS = 30_000;

/**
 * A bearer token that a Kubernetes API server knows, asked by TokenReview with a token of our own that may create those. Where audiences are
 * configured the token must be for one of them; where groups are, its owner must be in one of them.
 */
export function kubernetesTokenAuthenticator(
  settings: KubernetesTokenSettings,
  { clock, ask }: Pick<AuthenticatorDeps, 'clock'> & { ask: Ask },
): Authenticator {
  const cache = new VerifiedCache(clock, KEEP_MS);
  const url = `${settings.server.replace(/\/+$/, '')}/apis/authentication.k8s.io/v1/tokenreviews`;

  async function review(token: Sensitive): Promise<{ verdict: Verdict }> {
    const reviewer = new Sensitive((await readFile(settings.tokenFile, 'utf8')).trim());
    const { audiences } = settings;
    const answer = await ask({
      url,
      method: 'POST',
      headers: {
        authorization: `Bearer ${reviewer.reveal()}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token: token.reveal(), ...(audiences && { audiences }) },
      }),
    });
    return { verdict: verdictOf(answer, settings) };
  }

  return {
    type: 'kubernetesToken',
    challenge: 'Bearer realm="intendant"',
    carries: ({ headers }) => usesScheme(headers, 'bearer'),
    async authenticate({ headers }, signal) {
      if (!usesScheme(headers, 'bearer')) return ABSENT;
      const token = bearerOf(headers);
      if (token === undefined) return REFUSED;
      return cache.verdict([token.reveal()], () => review(token), signal);
    },
  };
}

function verdictOf(answer: Answer, { audiences, groups }: KubernetesTokenSettings): Verdict {
  const status = fieldsOf(jsonOf(answer)?.['status']);
  if ((answer.status !== 200 && answer.status !== 201) || status === undefined) {
    return { outcome: 'unavailable', reason: `The Kubernetes API server answered ${answer.status} to a TokenReview.` };
  }
  if (status['authenticated'] !== true) return REFUSED;
  // A server that does not know audiences names none: then it did not look at them.
  if (audiences !== undefined && !isMember(textsOf(status['audiences']), audiences)) return REFUSED;
  const user = fieldsOf(status['user']);
  const name = user?.['username'];
  const member = textsOf(user?.['groups']);
  if (!isName(name) || (groups !== undefined && !isMember(member, groups))) return REFUSED;
  return accepted({ name, groups: member });
}
