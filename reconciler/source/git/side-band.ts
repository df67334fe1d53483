import { Transient } from '../../model/errors.ts';
import type { ByteReader } from './byte-reader.ts';
import { GitCode, cleanText, protocolError } from './git-error.ts';
import { readPacket } from './pkt-line.ts';

const DATA = 1;
const PROGRESS = 2;
const FATAL = 3;
const MAX_MESSAGES = 4096;

/** Band 1 of a multiplexed answer up to its flush. Messages of band 2 go to `onMessage`; band 3 is a Transient error. */
export async function* demultiplex(reader: ByteReader, onMessage: (text: string) => void): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const packet = await readPacket(reader);
      if (packet === undefined || packet === 'flush') return;
      const band = packet[0];
      const payload = packet.subarray(1);
      if (band === DATA) yield payload;
      else if (band === PROGRESS) onMessage(payload.toString('utf8'));
      else if (band === FATAL) throw fatal(payload.toString('utf8'));
      else throw protocolError('a packet belongs to no band');
    }
  } finally {
    await reader.cancel();
  }
}

/** The pack of a fetch. */
export function packOfSideBand(reader: ByteReader): AsyncGenerator<Buffer> {
  return demultiplex(reader, () => undefined);
}

/** Keeps what the remote says to people, up to 4 kB, without control characters. */
export class RemoteMessages {
  #text = '';

  readonly add = (text: string): void => {
    if (this.#text.length < MAX_MESSAGES) this.#text += text.slice(0, MAX_MESSAGES);
  };

  /** One line. */
  text(): string {
    return cleanText(this.#text);
  }
}

function fatal(text: string): Transient {
  return new Transient(`The git server gave up: ${cleanText(text)}.`, { code: GitCode.protocol });
}
