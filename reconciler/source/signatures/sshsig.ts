import { createHash } from 'node:crypto';
import { readSshKey, type SshKey } from './ssh-key.ts';
import { quoted, SshReader, sshString, strictBase64 } from './ssh-reader.ts';

/** What git says it signs for. */
export const GIT_NAMESPACE = 'git';

const MAGIC = 'SSHSIG';
const ARMOR = /^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*$/;

/** The key that made a good signature for git, or why it is none. */
export type SshSigner = { key: SshKey; blob: Buffer } | { refused: string };

/** Checks a signature as `ssh-keygen -Y sign` makes it (PROTOCOL.sshsig), over `payload`. Says nothing of whether the key is allowed. */
export function checkSshSignature(armored: string, payload: Buffer): SshSigner {
  const body = ARMOR.exec(armored)?.[1]?.replace(/[\r\n]/g, '');
  const bytes = body === undefined ? undefined : strictBase64(body);
  if (!bytes) return malformed;
  try {
    return check(new SshReader(bytes), payload);
  } catch (error) {
    if (error instanceof RangeError) return malformed;
    throw error;
  }
}

const malformed = { refused: 'has an SSH signature that cannot be read' };

function check(reader: SshReader, payload: Buffer): SshSigner {
  if (reader.take(MAGIC.length).toString('latin1') !== MAGIC) return malformed;
  const version = reader.uint32();
  if (version !== 1) return { refused: `has an SSH signature of version ${version}, which is not supported` };
  const blob = reader.string();
  const namespace = reader.text();
  const reserved = reader.string();
  const hash = reader.text();
  const signature = reader.string();
  if (!reader.ended) return malformed;
  if (namespace !== GIT_NAMESPACE) {
    return { refused: `has a signature that was made for ${quoted(namespace)} and not for git` };
  }
  if (hash !== 'sha256' && hash !== 'sha512') {
    return { refused: `has a signature with the hash ${quoted(hash)}, which is not supported` };
  }
  const key = readSshKey(blob);
  if ('unsupported' in key) return { refused: `is signed with a key that ${key.unsupported}` };
  const digest = createHash(hash).update(payload).digest();
  const signed = [Buffer.from(MAGIC), sshString(namespace), sshString(reserved), sshString(hash), sshString(digest)];
  if (key.verifies(Buffer.concat(signed), signature)) return { key, blob };
  return { refused: 'has a signature that does not fit it: the commit was changed, or the signature is of another' };
}
