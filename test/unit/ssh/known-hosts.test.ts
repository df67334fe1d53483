import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKnownHosts } from '../../../reconciler/ssh/known-hosts.ts';
import { cpuTimeOf } from '../../support/cpu-time.ts';
import { testHostKey } from './keys.ts';

const KEY = testHostKey(1);
const OTHER = testHostKey(2);

function hashed(name: string): string {
  const salt = Buffer.from('01234567890123456789');
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

describe('a known_hosts file', () => {
  it.each([
    ['a plain name', 'web-1', 'web-1', 22],
    ['a name in capitals', 'WEB-1', 'web-1', 22],
    ['one of several names', 'a,web-1,10.0.0.1', '10.0.0.1', 22],
    ['a name with a port', '[web-1]:2222', 'web-1', 2222],
    ['an IPv6 address', 'fe80::1', 'fe80::1', 22],
    ['a star', 'web-*', 'web-17', 22],
    ['a star over a port', '[web-*]:2222', 'web-17', 2222],
    ['question marks', 'web-??', 'web-17', 22],
    ['a pattern with an exception for another', '*.example,!bad.example', 'good.example', 22],
    ['a hashed name', hashed('web-1'), 'web-1', 22],
    ['a hashed name with a port', hashed('[web-1]:2222'), 'web-1', 2222],
  ])('finds a server by %s', (_what, names, host, port) => {
    const known = parseKnownHosts(`${names} ${KEY} a comment\n`);

    expect(known.lookup(host, port)).toEqual({ keys: [KEY], revoked: [] });
    expect(known.warnings).toEqual([]);
  });

  it.each([
    ['another name', 'web-1', 'web-2', 22],
    ['another port', 'web-1', 'web-1', 2222],
    ['the default port of a name with a port', '[web-1]:2222', 'web-1', 22],
    ['an exception', '*.example,!bad.example', 'bad.example', 22],
    ['only an exception', '!bad.example', 'good.example', 22],
    ['too short a name for the question marks', 'web-??', 'web-1', 22],
    ['a longer name than the pattern', 'web', 'web-1', 22],
    ['another name than the hashed one', hashed('web-1'), 'web-2', 22],
  ])('does not find %s', (_what, names, host, port) => {
    const known = parseKnownHosts(`${names} ${KEY}\n`);

    expect(known.lookup(host, port)).toEqual({ keys: [], revoked: [] });
  });

  it('keeps revoked keys apart', () => {
    const known = parseKnownHosts(`web-1 ${KEY}\n@revoked * ${OTHER}\n`);

    expect(known.lookup('web-1', 22)).toEqual({ keys: [KEY], revoked: [OTHER] });
  });

  it('passes over certificate authorities with a warning that names the line', () => {
    const known = parseKnownHosts(`# comment\n\n@cert-authority *.example ${KEY}\n`);

    expect(known.lookup('a.example', 22).keys).toEqual([]);
    expect(known.warnings).toEqual([expect.stringContaining('line 3: certificate authorities are not supported')]);
  });

  it.each([
    ['no key', 'web-1 ssh-ed25519'],
    ['a key that is no base64', 'web-1 ssh-ed25519 !!!!'],
    ['a type that is not the key’s', `web-1 ssh-rsa ${KEY.split(' ')[1]}`],
    ['an unknown marker', `@trusted web-1 ${KEY}`],
    ['a broken hash', `|1|xx ${KEY}`],
    ['a line without end', `web-1 ${'A'.repeat(70_000)}`],
    ['names without end', `${'a,'.repeat(300)}web-1 ${KEY}`],
  ])('passes over a line with %s', (_what, line) => {
    const known = parseKnownHosts(`${line}\n`);

    expect(known.lookup('web-1', 22)).toEqual({ keys: [], revoked: [] });
    expect(known.warnings).toHaveLength(1);
  });

  it('never shows the content of a line in its warnings', () => {
    const known = parseKnownHosts('web-1 secret-secret secret\n');

    expect(known.warnings.join()).not.toContain('secret');
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), fc.string(), (text, host) => {
        const found = parseKnownHosts(text).lookup(host, 22);
        expect(found.keys).toEqual([]);
      }),
    );
  });

  it('matches a hostile pattern in bounded time', async () => {
    const known = parseKnownHosts(`${'*a'.repeat(250)} ${KEY}\n`);
    const found: number[] = [];

    const took = await cpuTimeOf(() => found.push(known.lookup('a'.repeat(253), 22).keys.length));

    expect(found).toEqual([1]);
    expect(took).toBeLessThan(500);
  });
});
