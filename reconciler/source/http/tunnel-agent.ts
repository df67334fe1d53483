import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { ClientRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AgentOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { InvalidInput, Transient } from '../../model/errors.ts';
import type { IntendantError } from '../../model/errors.ts';
import { PROXY_CODE, proxyFor, type Proxy, type ProxySettings } from './proxy.ts';

export interface TunnelOptions extends ProxySettings {
  /** PEM file with the authorities to trust instead of the system's, read anew for every connection. */
  caFile?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until the proxy must have answered. */
  timeoutMs: number;
}

type Ready = (error: Error | null, socket?: Duplex) => void;

/**
 * Connections over TLS, straight or through the tunnel of a proxy (`CONNECT`). Which proxy, its password and the authorities
 * are looked at for each new connection, so that what was rotated is taken up. Through the tunnel the target itself shows
 * its certificate: the proxy sees no credential and no content.
 */
export class TunnelAgent extends Agent {
  readonly #tunnel: TunnelOptions;

  constructor(options: AgentOptions, tunnel: TunnelOptions) {
    super(options);
    this.#tunnel = tunnel;
  }

  override createConnection(options: ConnectionOptions & { host?: string; port?: number }, ready: Ready): undefined {
    this.#connect(options).then(
      (socket) => ready(null, socket),
      (error: Error) => ready(error),
    );
  }

  async #connect(options: ConnectionOptions & { host?: string; port?: number }): Promise<TLSSocket> {
    const { caFile, env, timeoutMs } = this.#tunnel;
    const host = options.host ?? '';
    const port = options.port ?? 443;
    const bracketed = host.includes(':') ? `[${host}]` : host;
    const ca = caFile === undefined ? undefined : await readAuthorities(caFile);
    const proxy = await proxyFor(new URL(`https://${bracketed}:${port}`), this.#tunnel, env);
    const socket = proxy && (await openTunnel(proxy, `${bracketed}:${port}`, { ca, timeoutMs }));
    const servername = isIP(host) === 0 ? host : undefined;
    // Without a servername TLS compares the certificate with the host that is named here, also over a given socket.
    return connect({ ...options, ...(ca && { ca }), ...(socket && { socket }), host, port, servername });
  }
}

/** A connection to the target through the proxy, nothing sent on it yet. */
async function openTunnel(
  proxy: Proxy,
  target: string,
  { ca, timeoutMs }: { ca: Buffer | undefined; timeoutMs: number },
): Promise<Socket> {
  const { url, authorization } = proxy;
  const secure = url.protocol === 'https:';
  const options = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 443 : 80),
    method: 'CONNECT',
    path: target,
    agent: false,
    headers: { host: target, ...(authorization && { 'proxy-authorization': authorization.reveal() }) },
  };
  const request: ClientRequest = secure ? httpsRequest({ ...options, ...(ca && { ca }) }) : httpRequest(options);
  const where = `The proxy ${url.origin}`;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => request.destroy(new Error('no answer in time')), timeoutMs);
    const settle = (result: () => void): void => {
      clearTimeout(timer);
      result();
    };
    request.once('connect', (answer, socket) => {
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return settle(() => resolve(socket));
      socket.destroy();
      settle(() => reject(refusal(where, status, target, authorization !== undefined)));
    });
    request.once('response', (answer) => {
      answer.destroy();
      settle(() => reject(refusal(where, answer.statusCode ?? 0, target, authorization !== undefined)));
    });
    request.once('error', (cause: NodeJS.ErrnoException) =>
      settle(() => reject(unreachable(where, cause.code ?? 'no answer', cause))),
    );
    request.end();
  });
}

function refusal(where: string, status: number, target: string, authorised: boolean): IntendantError {
  if (status === 407) {
    return new InvalidInput(
      authorised ? `${where} does not accept our credential (407).` : `${where} asks for a credential (407).`,
      { code: PROXY_CODE, hint: 'Name it under proxyAuth, or in the URL of HTTPS_PROXY.' },
    );
  }
  const message = `${where} does not let us through to ${target} (${status}).`;
  const hint = 'Check what the proxy allows, or name the target in NO_PROXY; it is tried again.';
  return new Transient(message, { code: PROXY_CODE, hint });
}

function unreachable(where: string, reason: string, cause: Error): Transient {
  const hint = 'Check HTTPS_PROXY or the field proxy, and that the proxy runs; it is tried again.';
  return new Transient(`${where} cannot be reached (${reason}).`, { code: PROXY_CODE, hint, cause });
}

async function readAuthorities(caFile: string): Promise<Buffer> {
  try {
    return await readFile(caFile);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new InvalidInput(`The file of certificate authorities ${caFile} cannot be read (${code}).`, {
      code: 'GIT_CREDENTIAL',
      hint: 'Name a readable PEM file under caFile.',
      cause: error,
    });
  }
}
