import type { SignInRequest } from '../../../reconciler/view/sign-in/sign-in.ts';

/** A request for `/` from one address, unless said otherwise. */
export function requestWith(
  headers: Record<string, string> = {},
  rest: Partial<Omit<SignInRequest, 'headers'>> = {},
): SignInRequest {
  return {
    method: 'GET',
    path: '/',
    remoteAddress: '192.0.2.1',
    tls: true,
    signal: new AbortController().signal,
    ...rest,
    headers: new Headers(headers),
  };
}

/** `Authorization` of a user name and a password. */
export function basicHeader(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** `Authorization` of a token. */
export function bearerHeader(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
