import { describe, expect, it } from 'vitest';
import { parseAllowedSigners } from '../../../../reconciler/source/signatures/allowed-signers.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIDvkP68XW1bpum0Hftnc1FOqXl5yFTag3+kL5dg5LoeC';
const RSA_1024 =
  'AAAAB3NzaC1yc2EAAAADAQABAAAAgQCxqPzGUTnIE4xpvRjhOJ7rXzEHFfuFLxrTUgVHkR0nLwgXn4E0bPDFz2T0aTnRk3Sm9q0pZbZ8n1m4n3JvA3VwqC0fhK7fCwUqYd3Z2PpG3k7JXw1v9wq9mQqk5m9JtK0Y8v3sQ1cGk6k0pX5zj2i5hK1m0b3w7R8sT9uUvVwXyQ==';

function parse(text: string): ReturnType<typeof parseAllowedSigners> {
  return parseAllowedSigners({ path: '/etc/intendant/allowed_signers', text });
}

describe('a file of allowed signers', () => {
  it.each([
    [`kim@example.org ssh-ed25519 ${KEY}`, { principals: ['kim@example.org'], forGit: true }],
    [`"kim@example.org,kim k" ssh-ed25519 ${KEY} at work`, { principals: ['kim@example.org', 'kim k'] }],
    [`kim\tnamespaces="git" ssh-ed25519 ${KEY}`, { forGit: true }],
    [`kim namespaces="file,git" ssh-ed25519 ${KEY}`, { forGit: true }],
    [`kim namespaces=* ssh-ed25519 ${KEY}`, { forGit: true }],
    [`kim namespaces="file" ssh-ed25519 ${KEY}`, { forGit: false }],
    [`kim Valid-After="20260102Z" ssh-ed25519 ${KEY}`, { validAfter: Date.parse('2026-01-02T00:00Z') }],
    [
      `kim valid-after=202601020304Z,valid-before="20270102030405Z" ssh-ed25519 ${KEY}`,
      { validAfter: Date.parse('2026-01-02T03:04Z'), validBefore: Date.parse('2027-01-02T03:04:05Z') },
    ],
    [`kim valid-before="20260102" ssh-ed25519 ${KEY}`, { validBefore: new Date(2026, 0, 2).getTime() }],
  ])('says who may sign with what: %s', (line, expected) => {
    expect(parse(`# comment\n\n  ${line}\r\n`)).toEqual([expect.objectContaining({ line: 3, key: KEY, ...expected })]);
  });

  it.each([
    [`kim cert-authority ssh-ed25519 ${KEY}`, /certificate authorities are not supported/],
    [`*@example.org ssh-ed25519 ${KEY}`, /a pattern says of nobody who signed/],
    [`!kim,al ssh-ed25519 ${KEY}`, /a pattern says of nobody who signed/],
    [`kim namespaces="g*" ssh-ed25519 ${KEY}`, /patterns in namespaces/],
    [`kim valid-before="2026" ssh-ed25519 ${KEY}`, /"2026" is no time/],
    [`kim valid-before="20260231Z" ssh-ed25519 ${KEY}`, /20260231Z is no time/],
    [`kim touch-required ssh-ed25519 ${KEY}`, /the option "touch-required" is not known/],
    [`kim ="x" ssh-ed25519 ${KEY}`, /its options cannot be read/],
    [`kim ssh-ed25519`, /there is no public key on it|it is not/],
    [`kim ssh-ed25519 ${KEY.slice(0, -4)}`, /it is cut off/],
    [`kim ssh-ed25519 ${KEY}AAAA`, /something follows the key/],
    [`kim ssh-rsa ${KEY}`, /not of the type that stands before it/],
    [`kim ssh-ed25519 not!base64`, /there is no public key on it/],
    [`kim ssh-dss AAAAB3NzaC1kc3MAAACB`, /is of the type "ssh-dss", which is not supported/],
    [`kim ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t`, /is an SSH certificate/],
    [`kim ssh-rsa ${RSA_1024}`, /an RSA key of less than 2048 bits/],
    ['kim', /it is not "names, options, key"|no public key/],
    ['# nobody', /names no key/],
  ])('is refused with its line for what it does not support: %s', (line, message) => {
    const failed = (): unknown => parse(`al ssh-ed25519 ${KEY}`.replace(/.*/, line));

    expect(failed).toThrow(expect.objectContaining({ code: 'SIGNERS_INVALID' }) as Error);
    expect(failed).toThrow(message);
    expect(failed).toThrow('/etc/intendant/allowed_signers');
  });
});
