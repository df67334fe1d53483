import { Agent as HttpAgent } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { InvalidInput } from '../../model/errors.ts';
import type { ProxySettings } from '../http/proxy.ts';
import { TunnelAgent } from '../http/tunnel-agent.ts';
import { httpAuthorization } from './credentials.ts';
import type { GitAuth } from './credentials.ts';
import { GitCode, protocolError, tooLarge } from './git-error.ts';
import { send } from './http-request.ts';
import { statusError } from './http-status.ts';
import { flowing } from './idle.ts';
import { DEFAULT_LIMITS } from './service.ts';
import type { GitService, GitServiceName, ServiceLimits } from './service.ts';

export interface HttpServiceOptions extends ProxySettings {
  /** `https://host/path.git`, checked by `parseGitUrl`. */
  url: string;
  auth?: GitAuth;
  /** PEM file with the authorities to trust instead of the system's; read at each connection. */
  caFile?: string;
  env: Readonly<Record<string, string | undefined>>;
  limits?: Partial<ServiceLimits>;
}

const USER_AGENT = 'git/intendant';
const MAX_REDIRECTS = 3;

/**
 * Smart HTTP over kept-alive connections. The credential goes to the configured origin only: a redirect to another one is
 * refused, one within it is followed.
 */
export class HttpService implements GitService {
  readonly #options: HttpServiceOptions;
  readonly #limits: ServiceLimits;
  readonly #agent: HttpAgent;
  readonly #origin: string;
  #base: string;

  constructor(options: HttpServiceOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#base = options.url;
    this.#origin = new URL(options.url).origin;
    const keep = { keepAlive: true, maxSockets: 4, maxFreeSockets: 1 };
    this.#agent = options.url.startsWith('https:')
      ? new TunnelAgent(keep, {
          caFile: options.caFile,
          proxy: options.proxy,
          proxyAuth: options.proxyAuth,
          env: options.env,
          timeoutMs: this.#limits.idleMs,
        })
      : // Plain http reaches this machine only, and never through a proxy.
        new HttpAgent(keep);
  }

  async advertise(service: GitServiceName, signal: AbortSignal): Promise<Buffer> {
    const expected = `application/x-${service}-advertisement`;
    const answer = await this.#get(service, signal);
    if (answer.headers['content-type'] !== expected) {
      answer.destroy();
      throw new InvalidInput(`${this.#origin} does not offer git over smart HTTP at this address.`, {
        code: GitCode.unsupported,
        hint: 'Check that the address is that of a repository, as `git clone` takes it.',
      });
    }
    const bytes = await this.#collect(answer, signal);
    return withoutHeader(bytes, service);
  }

  async *exchange(service: GitServiceName, body: Buffer, signal: AbortSignal): AsyncGenerator<Buffer> {
    const { headers, authorised } = await this.#headers();
    const answer = await send(
      {
        method: 'POST',
        url: new URL(`${this.#base}/${service}`),
        headers: {
          ...headers,
          'content-type': `application/x-${service}-request`,
          accept: `application/x-${service}-result`,
          'content-length': String(body.length),
        },
        body,
        agent: this.#agent,
        idleMs: this.#limits.idleMs,
        where: this.#origin,
      },
      signal,
    );
    if (answer.statusCode !== 200) {
      answer.destroy();
      throw statusError(answer, service, this.#origin, authorised);
    }
    if (answer.headers['content-type'] !== `application/x-${service}-result`) {
      answer.destroy();
      throw protocolError('the content type is not that of git');
    }
    yield* this.#flow(answer, signal);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #get(service: GitServiceName, signal: AbortSignal): Promise<IncomingMessage> {
    const { headers, authorised } = await this.#headers();
    const suffix = `/info/refs?service=${service}`;
    let url = new URL(this.#base + suffix);
    for (let redirects = 0; ; redirects++) {
      const answer = await send(
        {
          method: 'GET',
          url,
          headers: { ...headers, accept: `application/x-${service}-advertisement` },
          agent: this.#agent,
          idleMs: this.#limits.idleMs,
          where: this.#origin,
        },
        signal,
      );
      const status = answer.statusCode ?? 0;
      if (status === 200) {
        if (url.href.endsWith(suffix)) this.#base = url.href.slice(0, -suffix.length);
        return answer;
      }
      answer.resume();
      if (status < 300 || status >= 400) throw statusError(answer, service, this.#origin, authorised);
      if (redirects === MAX_REDIRECTS) throw protocolError('it redirects in a circle');
      url = this.#follow(url, answer.headers.location);
    }
  }

  #follow(from: URL, location: string | undefined): URL {
    const target = location === undefined || !URL.canParse(location, from.href) ? undefined : new URL(location, from);
    if (!target) throw protocolError('it redirects to nowhere');
    if (target.origin === this.#origin && target.username === '' && target.password === '') return target;
    throw new InvalidInput(`${this.#origin} redirects to another server (${target.origin}).`, {
      code: GitCode.redirected,
      hint: 'Credentials are never sent along; if the repository moved, change its url.',
    });
  }

  async #headers(): Promise<{ headers: Record<string, string>; authorised: boolean }> {
    const authorization = await httpAuthorization(this.#options.auth, this.#options.env);
    const headers: Record<string, string> = { 'user-agent': USER_AGENT };
    if (authorization) headers['authorization'] = authorization.reveal();
    return { headers, authorised: authorization !== undefined };
  }

  async #collect(answer: IncomingMessage, signal: AbortSignal): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let total = 0;
    for await (const chunk of this.#flow(answer, signal)) {
      total += chunk.length;
      if (total > this.#limits.maxAdvertisementBytes) {
        throw tooLarge(`${this.#origin} lists more refs than are accepted.`, 'Use a repository with fewer refs.');
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async *#flow(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Buffer> {
    try {
      yield* flowing(answer as AsyncIterable<Buffer>, this.#origin, this.#limits.idleMs, signal, () =>
        answer.destroy(),
      );
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
      throw protocolError('the connection was cut in the middle of an answer', error);
    }
  }
}

function withoutHeader(bytes: Buffer, service: GitServiceName): Buffer {
  const header = `# service=${service}\n`;
  const prefix = Buffer.from(`${(header.length + 4).toString(16).padStart(4, '0')}${header}0000`);
  if (!bytes.subarray(0, prefix.length).equals(prefix)) throw protocolError('the list of refs has no service header');
  return bytes.subarray(prefix.length);
}
