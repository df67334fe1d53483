import { constants, createHash, createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { quoted, SshReader } from './ssh-reader.ts';

/** A public key of SSH that can check signatures. */
export interface SshKey {
  /** `ssh-ed25519`. */
  type: string;
  /** `SHA256:…`, as `ssh-keygen -lf` prints it. */
  fingerprint: string;
  /** Whether `signature` (a blob with its algorithm) is this key's over `data`. Throws a RangeError for a malformed one. */
  verifies(data: Buffer, signature: Buffer): boolean;
}

/** The smallest RSA key that is believed, bits. */
export const MIN_RSA_BITS = 2048;

const CURVES: Record<string, { name: string; bytes: number; hash: string }> = {
  nistp256: { name: 'P-256', bytes: 32, hash: 'sha256' },
  nistp384: { name: 'P-384', bytes: 48, hash: 'sha384' },
  nistp521: { name: 'P-521', bytes: 66, hash: 'sha512' },
};
/** Hash by signature algorithm. `ssh-rsa`, which is SHA-1, is not among them. */
const RSA_HASHES: Record<string, string> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };
const SK_ED25519 = 'sk-ssh-ed25519@openssh.com';
const SK_ECDSA = 'sk-ecdsa-sha2-nistp256@openssh.com';
/** Set by a security key when somebody touched it. */
const USER_PRESENT = 0x01;

/** The key in a public key's blob; a sentence's end where it is not one that is supported. Throws a RangeError for a malformed one. */
export function readSshKey(blob: Buffer): SshKey | { unsupported: string } {
  const reader = new SshReader(blob);
  const type = reader.text();
  const verifies = checkerOf(type, reader);
  if (typeof verifies === 'string') return { unsupported: verifies };
  if (!reader.ended) throw new RangeError('something follows the key');
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { type, fingerprint: `SHA256:${digest}`, verifies };
}

function checkerOf(type: string, reader: SshReader): SshKey['verifies'] | string {
  if (type === 'ssh-ed25519') return plain(type, ed25519(ed25519Key(reader)));
  if (type === 'ssh-rsa') return rsa(reader);
  if (type === SK_ED25519) return securityKey(type, ed25519(ed25519Key(reader)), reader.string());
  if (type === SK_ECDSA) return securityKey(type, ecdsa(reader), reader.string());
  if (type.startsWith('ecdsa-sha2-')) return plain(type, ecdsa(reader));
  if (/-cert-v\d+@/.test(type)) return 'is an SSH certificate, which is not supported';
  return `is of the type ${quoted(type)}, which is not supported`;
}

/** Checks what stands within a signature's blob. */
type Check = (data: Buffer, signature: Buffer) => boolean;

function plain(type: string, check: Check): SshKey['verifies'] {
  return (data, signature) => {
    const reader = new SshReader(signature);
    if (reader.text() !== type) return false;
    const inner = reader.string();
    return reader.ended && check(data, inner);
  };
}

/** A FIDO key signs the hash of its application, what it saw of its user, a counter, and the hash of the data. */
function securityKey(type: string, check: Check, application: Buffer): SshKey['verifies'] {
  return (data, signature) => {
    const reader = new SshReader(signature);
    if (reader.text() !== type) return false;
    const inner = reader.string();
    const seen = reader.take(5);
    if (!reader.ended || (seen[0]! & USER_PRESENT) === 0) return false;
    return check(Buffer.concat([sha256(application), seen, sha256(data)]), inner);
  };
}

function ed25519Key(reader: SshReader): KeyObject {
  const point = reader.string();
  if (point.length !== 32) throw new RangeError('an Ed25519 key has 32 bytes');
  return keyOf({ kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') });
}

function ed25519(key: KeyObject): Check {
  return (data, signature) => signature.length === 64 && verify(null, data, key, signature);
}

function ecdsa(reader: SshReader): Check {
  const curve = CURVES[reader.text()];
  const point = reader.string();
  if (!curve || point.length !== 1 + 2 * curve.bytes || point[0] !== 4)
    throw new RangeError('it is no point of its curve');
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  const key = keyOf({ kty: 'EC', crv: curve.name, x: x.toString('base64url'), y: y.toString('base64url') });
  return (data, signature) => {
    const numbers = new SshReader(signature);
    const [r, s] = [numbers.number(), numbers.number()];
    if (!numbers.ended || r.length > curve.bytes || s.length > curve.bytes) return false;
    const fixed = Buffer.alloc(2 * curve.bytes);
    r.copy(fixed, curve.bytes - r.length);
    s.copy(fixed, 2 * curve.bytes - s.length);
    return verify(curve.hash, data, { key, dsaEncoding: 'ieee-p1363' }, fixed);
  };
}

function rsa(reader: SshReader): SshKey['verifies'] | string {
  const [e, n] = [reader.number(), reader.number()];
  if (n.length * 8 < MIN_RSA_BITS) return `is an RSA key of less than ${MIN_RSA_BITS} bits`;
  const key = keyOf({ kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') });
  return (data, signature) => {
    const parts = new SshReader(signature);
    const hash = RSA_HASHES[parts.text()];
    const inner = parts.string();
    if (hash === undefined || !parts.ended || inner.length > n.length) return false;
    const padded = Buffer.concat([Buffer.alloc(n.length - inner.length), inner]);
    return verify(hash, data, { key, padding: constants.RSA_PKCS1_PADDING }, padded);
  };
}

function keyOf(key: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch (cause) {
    throw new RangeError('it is no key of its type', { cause });
  }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
