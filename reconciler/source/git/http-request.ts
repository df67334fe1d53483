import { request as httpRequest } from 'node:http';
import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { IntendantError, Transient } from '../../model/errors.ts';
import { GitCode, cleanText } from './git-error.ts';
import { bounded } from './idle.ts';

export interface HttpCall {
  method: 'GET' | 'POST';
  url: URL;
  headers: Record<string, string>;
  body?: Buffer;
  agent: Agent;
  /** Milliseconds until the answer's head must be there, counted anew while the body is being sent. */
  idleMs: number;
  /** For messages: the server without path or credentials. */
  where: string;
}

/**
 * One HTTP request, answered by its head. A GET that fails on a kept-alive socket, which the server had closed in the
 * meantime, is repeated once. Throws Transient `GIT_UNREACHABLE` or `GIT_TIMEOUT`, or the signal's reason.
 */
export async function send(call: HttpCall, signal: AbortSignal): Promise<IncomingMessage> {
  const first = await attempt(call, signal);
  if (first.answer) return first.answer;
  if (call.method === 'GET' && first.reused) {
    const second = await attempt(call, signal);
    if (second.answer) return second.answer;
    throw unreachable(call, second.error);
  }
  throw unreachable(call, first.error);
}

type Attempt = { answer: IncomingMessage } | { answer?: undefined; error: unknown; reused: boolean };

async function attempt(call: HttpCall, signal: AbortSignal): Promise<Attempt> {
  const start = call.url.protocol === 'https:' ? httpsRequest : httpRequest;
  const options: RequestOptions = { method: call.method, headers: call.headers, agent: call.agent };
  const request = start(call.url, options);
  const head = new Promise<Attempt>((resolve) => {
    request.on('response', (answer) => {
      answer.on('error', () => undefined);
      resolve({ answer });
    });
    request.on('error', (error) => resolve({ error, reused: request.reusedSocket }));
  });
  request.end(call.body);
  return bounded(head, call.where, call.idleMs, signal, () => request.destroy());
}

function unreachable(call: HttpCall, error: unknown): IntendantError {
  // A proxy in between, or a file that the connection needs: said already.
  if (error instanceof IntendantError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const certificate = typeof code === 'string' && /CERT|TLS|SSL|ISSUER|ALTNAME|VERIFY|SIGNATURE/.test(code);
  return new Transient(`${call.where} cannot be reached (${code ?? cleanText(String(message), 100)}).`, {
    code: GitCode.unreachable,
    hint: certificate
      ? 'The certificate is not trusted; name the authority under caFile.'
      : 'Check the address, the network and that the git server runs; it is tried again.',
    cause: error,
  });
}
