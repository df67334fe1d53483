import { ByteReader } from './byte-reader.ts';
import { cleanText, protocolError } from './git-error.ts';
import { FLUSH, packetText, parsePackets, pktLine } from './pkt-line.ts';
import type { GitService } from './service.ts';
import { RemoteMessages, demultiplex } from './side-band.ts';

export interface PushRequest {
  ref: string;
  /** What the ref must be now; undefined = it must not exist. The server compares and swaps. */
  expected: string | undefined;
  next: string;
  pack: Buffer;
}

/** What the server reported for the one ref. */
export type PushReport =
  | { kind: 'ok' }
  /** Somebody else was first, or holds the lock. */
  | { kind: 'moved'; detail: string }
  | { kind: 'refused'; detail: string };

const NOTHING = '0'.repeat(40);
const MAX_REPORT = 1024 * 1024;
const MOVED =
  /failed to (update|lock)|cannot lock|unable to lock|non-fast-forward|fetch first|stale info|incorrect old value|already exists|is at [0-9a-f]+ but expected/i;

/** Sends one ref update with its objects. Throws Transient when the outcome is unknown, or what the transport throws. */
export async function pushPack(
  service: GitService,
  request: PushRequest,
  offered: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<PushReport> {
  const messages = new RemoteMessages();
  const capabilities = ['report-status', 'side-band-64k'].filter((name) => offered.has(name));
  if (!capabilities.includes('report-status')) throw protocolError('it does not report whether a push succeeded');
  const command = `${request.expected ?? NOTHING} ${request.next} ${request.ref}\0 ${capabilities.join(' ')}`;
  const body = Buffer.concat([pktLine(command), FLUSH, request.pack]);
  const reader = new ByteReader(service.exchange('git-receive-pack', body, signal));
  const report = capabilities.includes('side-band-64k')
    ? await collect(demultiplex(reader, messages.add))
    : await collect(rest(reader));
  return parseReport(report, request.ref, messages.text());
}

/** Reads a `report-status` answer. `remote` is what the remote said beside it. */
export function parseReport(bytes: Buffer, ref: string, remote: string): PushReport {
  let unpacked: string | undefined;
  for (const packet of parsePackets(bytes)) {
    if (packet === 'flush') break;
    const text = packetText(packet);
    if (text.startsWith('unpack ')) unpacked = text.slice(7);
    if (text === `ok ${ref}`) return { kind: 'ok' };
    if (text.startsWith(`ng ${ref} `)) return judge(cleanText(text.slice(ref.length + 4)), remote);
    if (text.startsWith('ERR ')) throw protocolError(cleanText(text.slice(4)));
  }
  if (unpacked !== undefined && unpacked !== 'ok')
    return { kind: 'refused', detail: joined(cleanText(unpacked), remote) };
  throw protocolError('it does not say what became of the push');
}

function judge(reason: string, remote: string): PushReport {
  const detail = joined(reason, remote);
  return MOVED.test(reason) ? { kind: 'moved', detail } : { kind: 'refused', detail };
}

function joined(reason: string, remote: string): string {
  return remote === '' ? reason : `${reason}: ${remote}`;
}

async function* rest(reader: ByteReader): AsyncGenerator<Buffer> {
  for (let chunk = await reader.chunk(); chunk !== undefined; chunk = await reader.chunk()) yield chunk;
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > MAX_REPORT) throw protocolError('its report is too long');
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
