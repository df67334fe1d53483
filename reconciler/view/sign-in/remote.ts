import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { InvalidInput, Transient } from '../../model/errors.ts';

const MOST_BYTES = 1024 * 1024;
/** Questions to one server that may be open at once: what comes on top is denied at once. */
const MOST_AT_ONCE = 64;

/** A server that is asked about credentials. */
export interface RemoteSettings {
  /** PEM file of the authorities to trust, read at each question; absent = the system's. */
  caFile?: string | undefined;
  /** How long one question may take, in milliseconds. */
  timeoutMs: number;
}

interface Question {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array | undefined;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Asks one question and reads the whole answer. Throws Transient `SIGN_IN_UNREACHABLE`; the message holds no part of the question but its host. */
export type Ask = (question: Question, signal?: AbortSignal) => Promise<Answer>;

/**
 * A way to ask a server over https: certificates are always verified, redirects never followed, every question has a deadline and every
 * answer a limit. Plain http only to this machine.
 */
export function askRemote({ caFile, timeoutMs }: RemoteSettings): Ask {
  let open = 0;
  return async (question, signal) => {
    const url = new URL(question.url);
    if (!isProtected(url)) throw unreachable(url, 'credentials are sent over https only');
    if (open >= MOST_AT_ONCE) throw unreachable(url, `${MOST_AT_ONCE} questions are open already`);
    open += 1;
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const ca = caFile === undefined ? undefined : await readFile(caFile);
      return await send(url, question, ca, AbortSignal.any(signal ? [signal, deadline] : [deadline]));
    } catch (cause) {
      if (signal?.aborted) throw cause;
      const { code, message } = cause as NodeJS.ErrnoException;
      throw unreachable(url, deadline.aborted ? `no answer within ${timeoutMs} ms` : (code ?? message), cause);
    } finally {
      open -= 1;
    }
  };
}

/** Checks a URL of the configuration. Throws InvalidInput `CONFIG_INVALID` where it is none, holds credentials, or is not protected. */
export function checkRemoteUrl(field: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && isProtected(url) && url.username === '' && url.password === '' && url.search === '' && url.hash === '')
    return;
  throw new InvalidInput(`${field} must be an https URL without credentials in it, found ${JSON.stringify(text)}.`, {
    code: 'CONFIG_INVALID',
    hint: 'Plain http is taken for addresses of this machine only: http://127.0.0.1:5000.',
  });
}

/** The body of an answer as an object; undefined where it is none. */
export function jsonOf(answer: Answer): Record<string, unknown> | undefined {
  try {
    return fieldsOf(JSON.parse(answer.body.toString('utf8')));
  } catch {
    return undefined;
  }
}

/** A value of an answer as an object; undefined where it is none. */
export function fieldsOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function isProtected({ protocol, hostname }: URL): boolean {
  const local = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && local);
}

function send(url: URL, question: Question, ca: Buffer | undefined, signal: AbortSignal): Promise<Answer> {
  const { method, body } = question;
  const length = body === undefined ? undefined : Buffer.byteLength(body);
  const headers = { ...question.headers, ...(length !== undefined && { 'content-length': String(length) }) };
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const options = { method, headers, signal, agent: false as const };
    const take = (message: IncomingMessage): void => {
      readBody(message).then(
        (read) => resolve({ status: message.statusCode ?? 0, headers: headersOf(message), body: read }),
        reject,
      );
    };
    const request =
      url.protocol === 'https:'
        ? // Said aloud: an environment variable that turns verification off does not hold here.
          httpsRequest(url, { ...options, rejectUnauthorized: true, ...(ca && { ca }) }, take)
        : httpRequest(url, options, take);
    request.on('error', reject);
    request.end(body);
  });
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('the answer is longer than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function headersOf(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function unreachable(url: URL, why: string, cause?: unknown): Transient {
  return new Transient(`${url.host} cannot be asked: ${why}.`, { code: 'SIGN_IN_UNREACHABLE', cause });
}
