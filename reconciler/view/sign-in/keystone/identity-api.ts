import { isName } from '../credentials.ts';
import { REFUSED, accepted, type Verdict } from '../authenticator.ts';
import { fieldsOf, jsonOf, type Answer, type Ask } from '../remote.ts';

/** What is known of users without a domain of their own in the configuration. */
export const DEFAULT_DOMAIN = 'Default';

/** What Keystone made of a credential, and until when (milliseconds since 1970) that holds. */
export interface KeystoneAnswer {
  verdict: Verdict;
  until?: number;
}

/**
 * Asks Keystone's identity API v3 for a token without a scope. The token itself is let go at once. A user of another domain than `domain`, or with
 * a slash in the name, is called `domain/name`, percent-encoded, so that no two users have one name.
 */
export async function askKeystone(ask: Ask, url: string, identity: object, domain: string): Promise<KeystoneAnswer> {
  const base = url.replace(/\/+$/, '').replace(/\/v3$/, '');
  const answer = await ask({
    url: `${base}/v3/auth/tokens`,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: 'unscoped' } }),
  });
  // 400: what stands there can be no credential; 403: the user may not have a token.
  if ([400, 401, 403].includes(answer.status) || isUnknownToken(answer)) return { verdict: REFUSED };
  return (
    granted(answer, domain) ?? { verdict: { outcome: 'unavailable', reason: `Keystone answered ${answer.status}.` } }
  );
}

/** Keystone answers 404 in its own words to a token that it does not recognise; another 404 is of a wrong address. */
function isUnknownToken(answer: Answer): boolean {
  return answer.status === 404 && fieldsOf(jsonOf(answer)?.['error'])?.['code'] === 404;
}

function granted(answer: Answer, domain: string): KeystoneAnswer | undefined {
  if (answer.status !== 201 || !answer.headers['x-subject-token']) return undefined;
  const token = fieldsOf(jsonOf(answer)?.['token']);
  const user = fieldsOf(token?.['user']);
  const name = user?.['name'];
  const home = fieldsOf(user?.['domain'])?.['name'];
  if (!isName(name) || !isName(home)) return undefined;
  const plain = home === domain && !name.includes('/');
  const full = plain ? name : `${encodeURIComponent(home)}/${encodeURIComponent(name)}`;
  const until = Date.parse(String(token?.['expires_at']));
  return {
    verdict: isName(full) ? accepted({ name: full }) : REFUSED,
    ...(!Number.isNaN(until) && { until }),
  };
}
