import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchRef, isRefName } from '../../../../reconciler/source/git/ref-name.ts';
import { displayAddress, parseGitUrl } from '../../../../reconciler/source/git/url.ts';
import { INVALID_REF_NAMES, VALID_REF_NAMES } from '../../../support/ref-names.ts';

describe('the address of a repository', () => {
  it.each([
    ['https://git.example.net/team/fleet.git', { kind: 'http', url: 'https://git.example.net/team/fleet.git' }],
    ['https://git.example.net/fleet/', { kind: 'http', url: 'https://git.example.net/fleet' }],
    ['http://127.0.0.1:8080/fleet.git', { kind: 'http' }],
    ['http://localhost/fleet.git', { kind: 'http' }],
    [
      'git@git.example.net:team/fleet.git',
      { kind: 'ssh', user: 'git', host: 'git.example.net', port: 22, path: 'team/fleet.git' },
    ],
    ['git.example.net:fleet.git', { kind: 'ssh', user: 'git', path: 'fleet.git' }],
    [
      'ssh://deploy@git.example.net:2222/srv/fleet.git',
      { kind: 'ssh', user: 'deploy', port: 2222, path: '/srv/fleet.git' },
    ],
    ['ssh://git.example.net/~team/fleet', { kind: 'ssh', user: 'git', path: '~team/fleet' }],
    ['/srv/fleet.git', { kind: 'local', path: '/srv/fleet.git' }],
    ['./fleet', { kind: 'local' }],
  ])('%s is understood', (text, expected) => {
    expect(parseGitUrl(text)).toMatchObject(expected);
  });

  it.each([
    '',
    'ext::sh -c touch% /tmp/x',
    'EXT::sh',
    'fd::17',
    'file:///etc',
    'FILE:///etc',
    'git://git.example.net/fleet',
    'ftp://git.example.net/fleet',
    'http://git.example.net/fleet.git',
    'http://127.0.0.1.evil.example/fleet.git',
    '--upload-pack=touch /tmp/x',
    'ssh://-oProxyCommand=x/fleet',
    'ssh://git@host/',
    'git@host:-x',
    '-git@host:x',
    'https://git.example.net/a\nb',
    'https://git.example.net/fleet?x=1',
    'https://%zz/',
  ])('security row 3: %j is refused', (text) => {
    expect(() => parseGitUrl(text)).toThrow(expect.objectContaining({ code: 'GIT_URL_INVALID' }));
  });

  it.each(['https://user:hunter2@git.example.net/f', 'https://hunter2@git.example.net/f', 'ssh://git:hunter2@host/f'])(
    'security row 6: credentials in a URL are refused without repeating them',
    (text) => {
      let thrown: unknown;
      try {
        parseGitUrl(text);
      } catch (error) {
        thrown = error;
      }

      expect(thrown).toMatchObject({ code: 'GIT_URL_INVALID' });
      expect(JSON.stringify(thrown) + String(thrown)).not.toContain('hunter2');
    },
  );

  it('is either understood or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        let outcome: unknown;
        try {
          outcome = displayAddress(parseGitUrl(text));
        } catch (error) {
          outcome = (error as { code?: string }).code;
        }

        expect(typeof outcome).toBe('string');
      }),
    );
  });
});

describe('a ref name', () => {
  it.each(VALID_REF_NAMES)('%j is taken', (name) => {
    expect(isRefName(name)).toBe(true);
  });

  it.each(INVALID_REF_NAMES)('%j is refused', (name) => {
    expect(isRefName(name)).toBe(false);
  });

  it.each(['-x', '--upload-pack=x', 'a..b', '', 'a\u0000b', '../../x'])(
    'security row 3: the branch %j is refused',
    (branch) => {
      expect(() => branchRef(branch)).toThrow(expect.objectContaining({ code: 'GIT_REF_INVALID' }));
    },
  );
});
