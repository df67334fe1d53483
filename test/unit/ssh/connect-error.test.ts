import { describe, expect, it } from 'vitest';
import { connectError } from '../../../reconciler/ssh/connect-error.ts';
import type { FailedLogin } from '../../../reconciler/ssh/connect-error.ts';
import { verifyHostKey } from '../../../reconciler/ssh/host-key.ts';
import { blobOf, testHostKey } from './keys.ts';

const KEY = testHostKey(1);

function failed(error: unknown, more: Partial<FailedLogin> = {}): FailedLogin {
  return {
    error,
    decision: undefined,
    label: 'web-1',
    host: '10.0.0.1',
    port: 22,
    user: 'root',
    credential: 'key file /id',
    timeoutMs: 500,
    hostKeysPlace: 'spec.hostKeys',
    ...more,
  };
}

function fault(message: string, level: string, code?: string): Error {
  return Object.assign(new Error(message), { level, code });
}

describe('the error of a failed login', () => {
  it.each([
    ['a refused connection', fault('x', 'client-socket', 'ECONNREFUSED'), 'HOST_UNREACHABLE', /sshd runs there/],
    ['a name that does not resolve', fault('x', 'client-socket', 'ENOTFOUND'), 'HOST_UNREACHABLE', /does not resolve/],
    ['silence', fault('x', 'client-timeout'), 'HOST_UNREACHABLE', /sshd answers/],
    ['a connection that closed', fault('x', 'closed'), 'HOST_UNREACHABLE', /MaxStartups/],
    ['no common algorithm', fault('no matching key exchange', 'handshake'), 'HOST_UNREACHABLE', /host key type/],
    ['a refused key', fault('x', 'client-authentication'), 'LOGIN_REFUSED', /authorized_keys of root/],
    ['a dead agent', fault('x', 'agent'), 'LOGIN_REFUSED', /SSH_AUTH_SOCK/],
  ])('names the remedy for %s', (_what, error, code, hint) => {
    expect(connectError(failed(error))).toMatchObject({ code, hint: expect.stringMatching(hint) });
  });

  it.each([
    ['nothing', fault('x', 'client-timeout'), 'HOST_UNREACHABLE', /Check the network/],
    ['socket', fault('x', 'client-timeout'), 'LOGIN_TIMED_OUT', /load, memory and disks/],
    ['server', fault('x', 'client-timeout'), 'LOGIN_TIMED_OUT', /ssh -vvv root@10\.0\.0\.1/],
    ['nothing', fault('x', 'client-socket', 'ECONNRESET'), 'HOST_UNREACHABLE', /MaxStartups/],
    ['server', fault('x', 'client-socket', 'ECONNRESET'), 'CONNECTION_LOST', /journalctl -u ssh/],
    ['server', fault('x', 'closed'), 'CONNECTION_LOST', /journalctl -u ssh/],
  ] as const)('tells how far a login came: %s, %s', (reached, error, code, hint) => {
    expect(connectError(failed(error, { reached }))).toMatchObject({ code, hint: expect.stringMatching(hint) });
  });

  it('does not repeat a key that no person has made', () => {
    const endless = Buffer.concat([blobOf(KEY), Buffer.alloc(20_000)]);
    const decision = verifyHostKey({ pinned: [testHostKey(2)], trustOnFirstUse: false }, endless);

    const error = connectError(failed(fault('Host denied', 'handshake'), { decision }));

    expect(error.code).toBe('HOST_KEY_CHANGED');
    expect(`${error.message}${error.hint}`.length).toBeLessThan(1000);
  });

  it('names both fingerprints and the key to commit when the key has changed', () => {
    const decision = verifyHostKey({ pinned: [testHostKey(2)], trustOnFirstUse: false }, blobOf(KEY));

    const error = connectError(failed(fault('Host denied', 'handshake'), { decision }));

    expect(error).toMatchObject({ code: 'HOST_KEY_CHANGED', hint: expect.stringContaining(KEY) });
    expect(error.message).toContain(decision.fingerprint);
    expect(error.message).toContain(decision.expected[0]);
  });

  it('says where to write down a key that is not known', () => {
    const decision = verifyHostKey({ pinned: [], trustOnFirstUse: false }, blobOf(KEY));

    const error = connectError(failed(fault('Host denied', 'handshake'), { decision }));

    expect(error).toMatchObject({ code: 'HOST_KEY_UNKNOWN', hint: expect.stringContaining('spec.hostKeys') });
  });

  it('warns of a revoked key', () => {
    const decision = verifyHostKey({ pinned: [KEY], revoked: [KEY], trustOnFirstUse: false }, blobOf(KEY));

    const error = connectError(failed(fault('Host denied', 'handshake'), { decision }));

    expect(error).toMatchObject({ code: 'HOST_KEY_CHANGED', hint: expect.stringContaining('@revoked') });
  });
});
