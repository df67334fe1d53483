import { protocolError } from './git-error.ts';
import type { ByteReader } from './byte-reader.ts';

/** The longest packet that the protocol allows, with its four digits of length. */
export const MAX_PACKET = 65_520;
/** Ends a section. */
export const FLUSH = Buffer.from('0000');

/** One packet: its payload, or a flush. */
export type Packet = Buffer | 'flush';

/** A payload as one packet. Throws RangeError when it is too long: the caller splits. */
export function pktLine(payload: string | Buffer): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const length = bytes.length + 4;
  if (length > MAX_PACKET) throw new RangeError(`a packet of ${length} bytes is too long`);
  return Buffer.concat([Buffer.from(length.toString(16).padStart(4, '0')), bytes]);
}

/**
 * The length that four bytes announce: 0 for a flush, else 4 or more. Throws Transient `GIT_PROTOCOL` for anything else,
 * also for the delimiters of protocol version 2, which is never asked for.
 */
export function packetLength(digits: Buffer): number {
  const text = digits.toString('latin1');
  const length = /^[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text, 16) : -1;
  if (length === 0 || (length >= 4 && length <= MAX_PACKET)) return length;
  throw protocolError('a packet announces no valid length; is this a git server?');
}

/** The next packet of a stream, or undefined at its end. A stream that ends within a packet is a Transient error. */
export async function readPacket(reader: ByteReader): Promise<Packet | undefined> {
  const digits = await reader.take(4);
  if (digits === undefined) return undefined;
  const length = packetLength(digits);
  if (length === 0) return 'flush';
  if (length === 4) return Buffer.alloc(0);
  const payload = await reader.take(length - 4);
  if (payload === undefined) throw protocolError('the connection ended within a packet');
  return payload;
}

/** All packets of a buffer. Bounded by the buffer; throws Transient `GIT_PROTOCOL` when it is cut or malformed. */
export function parsePackets(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < 4) throw protocolError('the answer ends within a packet');
    const length = packetLength(bytes.subarray(at, at + 4));
    if (length > bytes.length - at) throw protocolError('the answer ends within a packet');
    packets.push(length === 0 ? 'flush' : bytes.subarray(at + 4, at + length));
    at += length === 0 ? 4 : length;
  }
  return packets;
}

/** The text of a packet without its trailing newline. */
export function packetText(packet: Buffer): string {
  const end = packet.length > 0 && packet[packet.length - 1] === 0x0a ? packet.length - 1 : packet.length;
  return packet.toString('utf8', 0, end);
}
