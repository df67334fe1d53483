import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AlertGate } from '../../../schema/generated/types.ts';
import { parseDuration } from '../../model/duration.ts';
import type { AlertVerdict } from '../../rollout/alerts.ts';
import { cleanText } from '../../status/text.ts';

const DEFAULT_TIMEOUT = '5s';
/** An answer that takes longer would be too old when it comes, in milliseconds. */
const LONGEST_TIMEOUT_MS = 20_000;
const MOST_BYTES = 1024 * 1024;
const LONGEST_TEXT = 200;

/** What the daemon's own configuration says of a server. The token is read at each question, so that a rotated one is taken up. */
export interface AlertServer {
  /** `https://prometheus.example.org`: scheme, host and port. */
  origin: string;
  /** PEM file of the authorities to trust. */
  caFile?: string;
  tokenFile?: string;
  tokenEnv?: string;
}

/**
 * Asks Prometheus once. Never throws: whatever goes wrong is an answer, and keeps the gate closed. Redirects are not followed. A
 * gate stands in the repository and may name any server: a token goes only to one that the daemon's configuration names, over https.
 */
export async function askPrometheus(
  gate: AlertGate,
  signal: AbortSignal,
  servers: readonly AlertServer[] = [],
): Promise<AlertVerdict> {
  const timeoutMs = Math.min(parseDuration(gate.timeout ?? DEFAULT_TIMEOUT), LONGEST_TIMEOUT_MS);
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const { status, body } = await fetchAnswer(gate, servers, AbortSignal.any([signal, deadline]));
    return readAnswer(status, body);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return unknown(deadline.aborted ? `no answer within ${timeoutMs} ms` : `it cannot be reached (${code ?? message})`);
  }
}

/** What an answer of the API `query` says. Pure. */
export function readAnswer(status: number, body: string): AlertVerdict {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return unknown(`it answered ${status} with something that is not JSON`);
  }
  if (!isFields(answer)) return unknown(`it answered ${status} with something else than an object`);
  if (status !== 200 || answer.status !== 'success') {
    const said = [answer.errorType, answer.error].filter((word) => typeof word === 'string').join(': ');
    return unknown(`it answered ${status}${said === '' ? '' : `, ${said}`}`);
  }
  const { data, warnings } = answer;
  // An answer in part may lack the very alert.
  if (Array.isArray(warnings) && warnings.length > 0)
    return unknown(`it answered with a warning: ${String(warnings[0])}`);
  if (!isFields(data) || data.resultType !== 'vector' || !Array.isArray(data.result)) {
    return unknown('the answer is not a vector; write a query that gives one');
  }
  if (data.result.length === 0) return { state: 'clear' };
  return { state: 'firing', alerts: [...new Set(data.result.map(nameOf))].sort() };
}

/** What a series is called for people: its alert, or its metric. */
function nameOf(series: unknown): string {
  const metric = isFields(series) && isFields(series.metric) ? series.metric : {};
  const name = metric.alertname ?? metric.__name__;
  return typeof name === 'string' && name !== '' ? cleanText(name, 80) : 'a series without a name';
}

async function fetchAnswer(
  gate: AlertGate,
  servers: readonly AlertServer[],
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  const url = new URL(`${gate.url.replace(/\/+$/, '')}/api/v1/query`);
  url.searchParams.set('query', gate.query);
  const headers: Record<string, string> = { accept: 'application/json' };
  const server = servers.find(({ origin }) => origin === url.origin);
  const token = server && (await readToken(server));
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const ca = server?.caFile === undefined ? undefined : await readFile(server.caFile);
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = start(url, { headers, signal, agent: false, ...(ca ? { ca } : {}) }, (answer) => {
      readBody(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    });
    request.on('error', reject);
    request.end();
  });
}

async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('the answer is longer than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readToken({ origin, tokenFile, tokenEnv }: AlertServer): Promise<string | undefined> {
  if (tokenFile === undefined && tokenEnv === undefined) return undefined;
  if (!origin.startsWith('https:')) throw new Error('a token is sent over https only');
  const token = tokenFile === undefined ? process.env[tokenEnv ?? ''] : (await readFile(tokenFile, 'utf8')).trim();
  if (!token) throw new Error('its token is not there');
  return token;
}

function unknown(why: string): AlertVerdict {
  return { state: 'unknown', why: cleanText(why, LONGEST_TEXT) };
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
