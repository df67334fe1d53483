import { createHash, timingSafeEqual } from 'node:crypto';
import { InvalidInput } from '../model/errors.ts';

/** A server's public key: its type (`ssh-ed25519`) and the blob that goes over the wire. */
export interface HostKey {
  readonly type: string;
  readonly blob: Buffer;
}

/** Which host keys are accepted from one server. */
export interface HostKeyPolicy {
  /** Keys that were written down for this server, `ssh-ed25519 AAAA…`. When there are any, nothing else is accepted. */
  readonly pinned: readonly string[];
  /** Keys that are never accepted, wherever else they stand. */
  readonly revoked?: readonly string[];
  /** True: with nothing pinned, the first key seen is accepted and to be recorded by the caller. */
  readonly trustOnFirstUse: boolean;
}

/** What was decided about an offered key. Only `accepted` and `recorded-first-use` may log in. */
export type HostKeyVerdict = 'accepted' | 'changed' | 'unknown' | 'revoked' | 'recorded-first-use';

export interface HostKeyDecision {
  readonly verdict: HostKeyVerdict;
  /** The offered key as text, `ssh-ed25519 AAAA…`; empty when it could not be read. */
  readonly offered: string;
  /** `SHA256:…` of the offered key, as `ssh-keygen -lf` prints it. */
  readonly fingerprint: string;
  /** Fingerprints of the pinned keys. */
  readonly expected: readonly string[];
}

const TYPE = /^[A-Za-z0-9@._+-]{1,64}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Reads the blob of a public key; undefined when its type is not readable. */
export function hostKeyFromBlob(blob: Buffer): HostKey | undefined {
  if (blob.length < 8) return undefined;
  const length = blob.readUInt32BE(0);
  if (length === 0 || length > 64 || 4 + length >= blob.length) return undefined;
  const type = blob.toString('latin1', 4, 4 + length);
  return TYPE.test(type) ? { type, blob } : undefined;
}

/** Reads `ssh-ed25519 AAAA… [comment]`; undefined when the text is no public key or names another type than its blob. */
export function readHostKey(text: string): HostKey | undefined {
  const [type = '', encoded = ''] = text.trim().split(/[ \t]+/, 2);
  if (!TYPE.test(type) || encoded.length > 32_768 || !BASE64.test(encoded)) return undefined;
  const key = hostKeyFromBlob(Buffer.from(encoded, 'base64'));
  return key?.type === type ? key : undefined;
}

/** The same, or InvalidInput `HOST_KEY_MALFORMED`. */
export function parseHostKey(text: string): HostKey {
  const key = readHostKey(text);
  if (key) return key;
  throw new InvalidInput('A host key is not a public key in OpenSSH form.', {
    code: 'HOST_KEY_MALFORMED',
    hint: 'Write the type and the base64 text, as `ssh-keyscan HOST` prints them: ssh-ed25519 AAAA…',
  });
}

/** `ssh-ed25519 AAAA…`, the one textual form in records and in git. */
export function formatHostKey(key: HostKey): string {
  return `${key.type} ${key.blob.toString('base64')}`;
}

/** `SHA256:…` without padding, as OpenSSH prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/**
 * Decides about the key that a server offers. Fails closed: what cannot be read is unknown, and a pin that cannot be
 * read still forbids trust on first use.
 */
export function verifyHostKey(policy: HostKeyPolicy, offered: Buffer): HostKeyDecision {
  const key = hostKeyFromBlob(offered);
  const pinned = policy.pinned.map(readHostKey).filter((pin) => pin !== undefined);
  const decision = {
    offered: key ? formatHostKey(key) : '',
    fingerprint: fingerprint(offered),
    expected: pinned.map((pin) => fingerprint(pin.blob)),
  };
  if (!key) return { ...decision, verdict: 'unknown' };
  if (policy.revoked?.some((text) => sameKey(readHostKey(text), key))) return { ...decision, verdict: 'revoked' };
  if (pinned.some((pin) => sameKey(pin, key))) return { ...decision, verdict: 'accepted' };
  if (policy.pinned.length > 0) return { ...decision, verdict: 'changed' };
  return { ...decision, verdict: policy.trustOnFirstUse ? 'recorded-first-use' : 'unknown' };
}

function sameKey(a: HostKey | undefined, b: HostKey): boolean {
  return a !== undefined && a.blob.length === b.blob.length && timingSafeEqual(a.blob, b.blob);
}

/** Host key algorithms that are offered, best first; SHA-1 and DSA are not among them. */
const ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;

/** One of the host key algorithms that the client offers. */
export type HostKeyAlgorithm = (typeof ALGORITHMS)[number];

/**
 * The algorithms to offer so that a server with several keys shows the one that is pinned: those of the pinned types
 * first, then the others, so that a server which lost that key is seen as changed and not as incompatible.
 */
export function hostKeyAlgorithms(policy: HostKeyPolicy): HostKeyAlgorithm[] {
  const types = new Set(policy.pinned.map((text) => readHostKey(text)?.type));
  const wanted = (algorithm: string): boolean => types.has(algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm);
  return [...ALGORITHMS.filter(wanted), ...ALGORITHMS.filter((algorithm) => !wanted(algorithm))];
}
