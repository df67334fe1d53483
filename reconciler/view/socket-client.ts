import { request, type IncomingMessage } from 'node:http';
import { Transient } from '../model/errors.ts';
import type { Json } from '../model/json.ts';

/** Longest answer that is read, in bytes: a page of 500 objects is far below it. */
const MAX_BODY = 256 * 1024 * 1024;
const DEADLINE_MS = 10_000;

export interface Answer {
  status: number;
  body: Json;
}

/** One request to the daemon's socket. Throws Transient `DAEMON_UNREACHABLE` when nobody answers in time. */
export async function ask(
  socket: string,
  method: 'GET' | 'POST',
  path: string,
  signal: AbortSignal,
  body?: Json,
): Promise<Answer> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  try {
    const response = await open(socket, method, path, limit, body);
    return { status: response.statusCode ?? 0, body: JSON.parse(await readAll(response)) as Json };
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(socket, error);
  }
}

/** The data of a stream of server-sent events, until it ends or is aborted. Throws Transient `DAEMON_UNREACHABLE`. */
export async function* askForEvents(socket: string, path: string, signal: AbortSignal): AsyncGenerator<Json> {
  let response: IncomingMessage;
  try {
    response = await open(socket, 'GET', path, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(socket, error);
  }
  response.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of response) {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_BODY) throw new Error('a line without end');
      for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice('data: '.length)) as Json;
    }
  } catch (error) {
    if (!signal.aborted) throw unreachable(socket, error);
  } finally {
    response.destroy();
  }
}

/**
 * The body of an answer, part by part, however long it is. Throws Transient `DAEMON_UNREACHABLE` when nobody answers, also
 * half-way; Transient `DAEMON_REFUSED` with what the daemon says where it does not give it.
 */
export async function* askForText(socket: string, path: string, signal: AbortSignal): AsyncGenerator<string> {
  let response: IncomingMessage | undefined;
  try {
    response = await open(socket, 'GET', path, signal);
    if (response.statusCode !== 200) throw refused(await readAll(response));
    response.setEncoding('utf8');
    for await (const chunk of response) yield String(chunk);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Transient ? error : unreachable(socket, error);
  } finally {
    response?.destroy();
  }
}

function open(
  socket: string,
  method: string,
  path: string,
  signal: AbortSignal,
  body?: Json,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: socket, method, path, signal, agent: false }, resolve);
    sent.once('error', reject);
    if (body === undefined) sent.end();
    else sent.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
}

async function readAll(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new Error('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function refused(body: string): Transient {
  let said: { message?: string; hint?: string } | undefined;
  try {
    said = (JSON.parse(body) as { error?: typeof said }).error;
  } catch {
    said = undefined;
  }
  return new Transient(said?.message ?? 'The daemon does not give it.', {
    code: 'DAEMON_REFUSED',
    hint: said?.hint ?? 'Its version may be older than this one.',
  });
}

function unreachable(socket: string, cause: unknown): Transient {
  return new Transient(`No daemon answers on ${socket}.`, {
    code: 'DAEMON_UNREACHABLE',
    hint: 'Check that the daemon runs, and that you are the user that runs it.',
    cause,
  });
}
