import type { Hono } from 'hono';
import type { ViewEnv } from '../http/context.ts';
import type { ClientCertificate } from '../http/peer.ts';
import type { Principal } from '../http/principal.ts';

/** What is known of a request before it is let in. */
export interface SignInRequest {
  method: string;
  /** Path of the URL without the query, decoded as it is routed by: `/%6fpen` is `/open`, `%2F` stays. */
  path: string;
  headers: Headers;
  /** Address of the client: of the connection, or what a trusted proxy says. Empty where none is known. */
  remoteAddress: string;
  /** True when the connection is TLS here, or a trusted proxy says that it was there. */
  tls: boolean;
  /** Only when it was verified against the client CA of the configuration, and only of the connection itself. */
  clientCertificate?: ClientCertificate | undefined;
  /** Aborted when the client goes away, the request takes too long, or the server stops. */
  signal: AbortSignal;
}

/** Why a request is not let in. Says nothing of which names exist. */
export interface Denial {
  /** 401: not known who asks; 403: known, and may not; 429: too many failures from there; 503: nobody could be asked about the credential. */
  status: 401 | 403 | 429 | 503;
  /** `WWW-Authenticate` where a browser or a program may answer, and the like. */
  headers?: Record<string, string>;
  /** With 429 and 503: not before so many seconds. */
  retryAfterSeconds?: number;
}

/** Who asks, or why they are not let in. */
export type SignInResult = { principal: Principal } | { denied: Denial };

/** Decides who may read. One for the whole view; each authenticator of the configuration stands behind it. */
export interface SignIn {
  /** Never lets in on doubt: what throws is answered as unavailable, not as somebody. */
  authenticate(request: SignInRequest): Promise<SignInResult>;
  /** Reached without being signed in, mounted at `/sign-in`: the way to an identity provider and back. */
  routes?: Hono<ViewEnv>;
  /** Where a browser that is denied is sent, with `?to=` and the path that it asked for: a path below `/sign-in`. */
  page?: string;
}
