import { Sensitive } from '../../model/sensitive.ts';

/** Longest header that is looked at, in characters. Tokens with many groups are long. */
const LONGEST = 16_384;

/** A user name and a password, as a request gives them. */
export interface UserAndPassword {
  user: string;
  password: Sensitive;
}

/**
 * Credentials of `Authorization: Basic`. The user ends at the first colon, the password may hold more. Undefined: there are none, or they
 * are not what RFC 7617 says. Never throws.
 */
export function basicOf(headers: Headers): UserAndPassword | undefined {
  const encoded = schemeValue(headers, 'basic');
  if (encoded === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  const user = text.slice(0, colon);
  if (!isName(user)) return undefined;
  return { user, password: new Sensitive(text.slice(colon + 1)) };
}

/** The token of `Authorization: Bearer`; undefined where there is none. Never throws. */
export function bearerOf(headers: Headers): Sensitive | undefined {
  const token = schemeValue(headers, 'bearer');
  return token === undefined || !/^[A-Za-z0-9._~+/-]+=*$/.test(token) ? undefined : new Sensitive(token);
}

/** The token of `X-Auth-Token`; undefined where there is none. Never throws. */
export function authTokenOf(headers: Headers): Sensitive | undefined {
  const token = headers.get('x-auth-token');
  return token !== null && token.length <= LONGEST && /^[\x21-\x7e]+$/.test(token) ? new Sensitive(token) : undefined;
}

/** Whether the request has a credential of the scheme, of whatever form. */
export function usesScheme(headers: Headers, scheme: 'basic' | 'bearer'): boolean {
  return new RegExp(`^${scheme}(\\s|$)`, 'i').test(headers.get('authorization') ?? '');
}

/** Whether a text may be the name of somebody: not empty, not long, without control characters. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && text.length > 0 && text.length <= 256 && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text);
}

function schemeValue(headers: Headers, scheme: string): string | undefined {
  const header = headers.get('authorization');
  if (header === null || header.length > LONGEST) return undefined;
  const space = header.indexOf(' ');
  if (space < 0 || header.slice(0, space).toLowerCase() !== scheme) return undefined;
  return header.slice(space + 1).trim();
}
