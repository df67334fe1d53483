import { InvalidInput } from '../../model/errors.ts';
import { GitCode, cleanText, protocolError } from './git-error.ts';
import { packetText, parsePackets } from './pkt-line.ts';
import { isOid } from './ref-name.ts';

/** What a git server says first: its refs and what it can do. */
export interface Advertisement {
  /** Full ref name to oid; peeled tags are left out. */
  refs: ReadonlyMap<string, string>;
  capabilities: ReadonlySet<string>;
}

/** Reads a protocol version 0 or 1 advertisement (without the `# service` header of HTTP). */
export function parseAdvertisement(bytes: Buffer): Advertisement {
  const refs = new Map<string, string>();
  let capabilities: ReadonlySet<string> | undefined;
  for (const packet of parsePackets(bytes)) {
    if (packet === 'flush') break;
    const text = packetText(packet);
    if (text.startsWith('ERR ')) throw protocolError(cleanText(text.slice(4)));
    if (!capabilities && /^version \d$/.test(text)) {
      if (text === 'version 2') throw protocolError('it speaks protocol version 2 without being asked');
      continue;
    }
    if (text.startsWith('shallow ')) continue;
    const [line = '', words] = text.split('\0', 2);
    capabilities ??= new Set((words ?? '').split(' ').filter((word) => word !== ''));
    const oid = line.slice(0, 40);
    const name = line.slice(41);
    if (!isOid(oid) || line[40] !== ' ') throw protocolError('a line of its list of refs cannot be read');
    if (name !== 'capabilities^{}' && name !== '.have' && !name.endsWith('^{}')) refs.set(name, oid);
  }
  refuseSha256(capabilities);
  return { refs, capabilities: capabilities ?? new Set() };
}

function refuseSha256(capabilities: ReadonlySet<string> | undefined): void {
  const format = [...(capabilities ?? [])].find((word) => word.startsWith('object-format='));
  if (format === undefined || format === 'object-format=sha1') return;
  throw new InvalidInput('The repository uses SHA-256 object names, which are not supported.', {
    code: GitCode.unsupported,
    hint: 'Use a repository with the default object format, SHA-1.',
  });
}
