import { Transient } from '../../model/errors.ts';
import { ByteReader } from './byte-reader.ts';
import { GitCode, cleanText, protocolError } from './git-error.ts';
import { FLUSH, packetText, pktLine, readPacket } from './pkt-line.ts';
import { isOid } from './ref-name.ts';
import type { GitService } from './service.ts';
import { packOfSideBand } from './side-band.ts';

export interface FetchRequest {
  want: string;
  /** Commits that are here with their history since the shallow boundary. */
  haves: readonly string[];
  /** Commits whose parents are not here. */
  shallow: readonly string[];
  /** Commits of history to send, counted from the wanted one; undefined = down to what is here. */
  depth?: number;
}

export interface FetchAnswer {
  shallow: string[];
  unshallow: string[];
  /** The pack, to be read to its end. */
  pack: AsyncIterable<Buffer>;
}

/** A server has to follow the history to its end when it is asked for so much. */
export const WHOLE_HISTORY = 0x7fffffff;

const WANTED = ['side-band-64k', 'ofs-delta', 'no-progress', 'shallow'];

/** The text of a fetch request, all of it at once: what to send and what is here already, without negotiation. */
export function formatFetchRequest(request: FetchRequest, offered: ReadonlySet<string>): Buffer {
  const capabilities = WANTED.filter((name) => offered.has(name));
  if (offered.size > 0 && [...offered].some((name) => name.startsWith('agent='))) capabilities.push('agent=intendant');
  const lines = [pktLine(`want ${request.want} ${capabilities.join(' ')}\n`)];
  for (const oid of request.shallow) lines.push(pktLine(`shallow ${oid}\n`));
  if (request.depth !== undefined) lines.push(pktLine(`deepen ${request.depth}\n`));
  lines.push(FLUSH);
  for (const oid of request.haves) lines.push(pktLine(`have ${oid}\n`));
  lines.push(pktLine('done\n'));
  return Buffer.concat(lines);
}

/** Sends the request and reads the answer up to where the pack begins. */
export async function fetchPack(
  service: GitService,
  request: FetchRequest,
  offered: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<FetchAnswer> {
  if ((request.depth !== undefined || request.shallow.length > 0) && !offered.has('shallow')) {
    throw protocolError('it cannot send a part of the history (no "shallow" capability)');
  }
  const reader = new ByteReader(service.exchange('git-upload-pack', formatFetchRequest(request, offered), signal));
  const shallow: string[] = [];
  const unshallow: string[] = [];
  try {
    for (;;) {
      const packet = await readPacket(reader);
      if (packet === undefined) throw protocolError('it closed the connection instead of sending a pack');
      if (packet === 'flush') continue;
      const text = packetText(packet);
      if (text.startsWith('ERR ')) throw refusal(text.slice(4));
      const [word = '', oid = ''] = text.split(' ');
      if (word === 'shallow' && isOid(oid)) shallow.push(oid);
      else if (word === 'unshallow' && isOid(oid)) unshallow.push(oid);
      else if (word === 'NAK' || word === 'ACK') break;
      else throw protocolError('a line before the pack is unknown');
    }
  } catch (error) {
    await reader.cancel();
    throw error;
  }
  return { shallow, unshallow, pack: offered.has('side-band-64k') ? packOfSideBand(reader) : plainPack(reader) };
}

async function* plainPack(reader: ByteReader): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const chunk = await reader.chunk();
      if (chunk === undefined) return;
      yield chunk;
    }
  } finally {
    await reader.cancel();
  }
}

function refusal(text: string): Error {
  if (/not our ref|not valid|unadvertised/i.test(text)) {
    return new Transient('The branch moved while it was being read.', {
      code: GitCode.tipMoved,
      hint: 'The new tip is read next.',
    });
  }
  return protocolError(cleanText(text));
}
