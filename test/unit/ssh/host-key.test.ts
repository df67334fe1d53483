import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fingerprint,
  formatHostKey,
  hostKeyAlgorithms,
  hostKeyFromBlob,
  parseHostKey,
  readHostKey,
  verifyHostKey,
} from '../../../reconciler/ssh/host-key.ts';
import { blobOf, testHostKey } from './keys.ts';

const KEY = testHostKey(1);
const OTHER = testHostKey(2);
const GITHUB = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';

describe('a host key', () => {
  it('goes from text to blob and back, without its comment', () => {
    const key = parseHostKey(`  ${GITHUB} git@example\n`);

    expect(key.type).toBe('ssh-ed25519');
    expect(formatHostKey(key)).toBe(GITHUB);
  });

  it('has the fingerprint that ssh-keygen prints', () => {
    expect(fingerprint(blobOf(GITHUB))).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
  });

  it.each(['', 'ssh-ed25519', 'ssh-ed25519 AAAA', `ssh-rsa ${GITHUB.split(' ')[1]}`, 'a b c', '../../etc/passwd x'])(
    'is refused when it is %j',
    (text) => {
      expect(() => parseHostKey(text)).toThrow(expect.objectContaining({ code: 'HOST_KEY_MALFORMED' }));
    },
  );

  it('is not read from any bytes that are none, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, text) => {
        const key = hostKeyFromBlob(Buffer.from(bytes));
        expect(key === undefined || key.type.length > 0).toBe(true);
        expect(readHostKey(text)).toBeUndefined();
      }),
    );
  });
});

describe('verifying a host key', () => {
  it('accepts a pinned key, whichever of several', () => {
    const decision = verifyHostKey({ pinned: [OTHER, KEY], trustOnFirstUse: false }, blobOf(KEY));

    expect(decision).toMatchObject({ verdict: 'accepted', offered: KEY });
  });

  it('sees another key than the pinned one as changed, even where first use is trusted', () => {
    const decision = verifyHostKey({ pinned: [OTHER], trustOnFirstUse: true }, blobOf(KEY));

    expect(decision).toMatchObject({ verdict: 'changed', expected: [fingerprint(blobOf(OTHER))] });
  });

  it('fails closed when the pin cannot be read', () => {
    const decision = verifyHostKey({ pinned: ['ssh-ed25519 broken!'], trustOnFirstUse: true }, blobOf(KEY));

    expect(decision.verdict).toBe('changed');
  });

  it('knows nothing without a pin', () => {
    expect(verifyHostKey({ pinned: [], trustOnFirstUse: false }, blobOf(KEY)).verdict).toBe('unknown');
  });

  it('records the first key where the policy trusts on first use', () => {
    const decision = verifyHostKey({ pinned: [], trustOnFirstUse: true }, blobOf(KEY));

    expect(decision).toMatchObject({ verdict: 'recorded-first-use', offered: KEY });
  });

  it('never accepts a revoked key, pinned or not', () => {
    const decision = verifyHostKey({ pinned: [KEY], revoked: [KEY], trustOnFirstUse: true }, blobOf(KEY));

    expect(decision.verdict).toBe('revoked');
  });

  it('never accepts bytes that are no key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const offered = Buffer.from(bytes);
        const { verdict } = verifyHostKey({ pinned: [], trustOnFirstUse: true }, offered);
        expect(verdict).toBe(hostKeyFromBlob(offered) ? 'recorded-first-use' : 'unknown');
      }),
    );
  });
});

describe('the algorithms that are offered', () => {
  it('start with the type that is pinned and leave out SHA-1', () => {
    const rsa = `ssh-rsa ${Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-rsa'), Buffer.alloc(20)]).toString('base64')}`;

    const algorithms = hostKeyAlgorithms({ pinned: [rsa], trustOnFirstUse: false });

    expect(algorithms.slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
    expect(algorithms).not.toContain('ssh-rsa');
  });
});
