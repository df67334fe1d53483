import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requirePart } from './real-parts.ts';

/** What goes wrong with the next matching requests. */
export type GitFault =
  | { kind: 'none' }
  /** Answers with this status. */
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  /** Takes the request and never answers. */
  | { kind: 'hang' }
  /** Answers this many milliseconds later. */
  | { kind: 'slow'; ms: number }
  /** Passes this many bytes of a POST's answer on, then ends it as if it were whole. */
  | { kind: 'truncate'; bytes: number }
  /** Passes this many bytes of a POST's answer on, then goes silent. */
  | { kind: 'stall'; bytes: number }
  /** Flips one bit of a POST's answer at this byte. */
  | { kind: 'flip'; at: number }
  /** Cuts the connection instead of answering. */
  | { kind: 'reset' }
  /** Cuts the connection after git has done its work, before the answer. */
  | { kind: 'lose-answer' };

export interface GitHttpServer {
  /** `http://127.0.0.1:<port>`, or `https://`, without a slash at the end. */
  url: string;
  /** Requests so far: method and path with query. */
  requests: { method: string; url: string; authorization?: string; bytes: number }[];
  setFault(fault: GitFault, times?: number): void;
  /** With credentials set, others are answered 401. */
  requireCredentials(username: string, password: string): void;
  /** Called once before the next POST of receive-pack is passed to git: the moment of a race. */
  beforeNextPush(action: () => void): void;
  /** Ends idle kept-alive connections without a word, as servers do after a while. */
  dropIdleConnections(): void;
  close(): Promise<void>;
}

/** A real `git http-backend` behind node:http (or https with `tls`), over the bare repositories in `root`. */
export async function startGitHttp(
  root: string,
  { tls }: { tls?: { key: string; cert: string } } = {},
): Promise<GitHttpServer> {
  const backend = requirePart('git-http-backend');
  let fault: GitFault = { kind: 'none' };
  let times = 0;
  let credentials: string | undefined;
  let race: (() => void) | undefined;
  const requests: GitHttpServer['requests'] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => void handle(request, response);
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    const entry = {
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization,
    };
    requests.push({ ...entry, bytes: Buffer.concat(body).length });
    const now = takeFault(request);
    if (now.kind === 'hang') return;
    if (now.kind === 'reset') return void request.socket.destroy();
    if (now.kind === 'status') return void response.writeHead(now.status, now.headers).end('no');
    if (credentials !== undefined && request.headers.authorization !== credentials) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    }
    if (now.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, now.ms));
    if (request.method === 'POST' && request.url?.endsWith('/git-receive-pack')) {
      race?.();
      race = undefined;
    }
    const answer = await runBackend(backend, root, request, Buffer.concat(body));
    if (now.kind === 'lose-answer') return void request.socket.destroy();
    response.writeHead(answer.status, answer.headers);
    if (now.kind === 'truncate') return void response.end(answer.body.subarray(0, now.bytes));
    if (now.kind === 'stall') return void response.write(answer.body.subarray(0, now.bytes));
    if (now.kind === 'flip') answer.body[now.at]! ^= 0x10;
    response.end(answer.body);
  }

  function takeFault(request: IncomingMessage): GitFault {
    const postOnly = ['truncate', 'stall', 'flip', 'lose-answer'].includes(fault.kind);
    if (times <= 0 || (postOnly && request.method !== 'POST')) return { kind: 'none' };
    times--;
    return fault;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.keepAliveTimeout = 60_000;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    setFault(next, count = 1) {
      fault = next;
      times = count;
    },
    requireCredentials(username, password) {
      credentials = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    },
    beforeNextPush(action) {
      race = action;
    },
    dropIdleConnections: () => server.closeIdleConnections(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Makes a bare repository that takes pushes over HTTP. */
export function initBare(path: string): void {
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', path]);
  execFileSync('git', ['-C', path, 'config', 'http.receivepack', 'true']);
}

interface BackendAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

function runBackend(backend: string, root: string, request: IncomingMessage, body: Buffer): Promise<BackendAnswer> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn(backend, {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.length),
      REMOTE_USER: 'tester',
      REMOTE_ADDR: '127.0.0.1',
      ...(request.headers['git-protocol'] ? { GIT_PROTOCOL: String(request.headers['git-protocol']) } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(body);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(splitCgi(Buffer.concat(chunks))));
  });
}

function splitCgi(output: Buffer): BackendAnswer {
  const blank = output.indexOf('\r\n\r\n');
  const headers: Record<string, string> = {};
  for (const line of output.toString('latin1', 0, Math.max(blank, 0)).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const status = Number((headers['status'] ?? '200').split(' ')[0]);
  delete headers['status'];
  return { status, headers, body: output.subarray(blank + 4) };
}
