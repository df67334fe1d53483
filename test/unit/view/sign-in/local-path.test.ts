import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localPath } from '../../../../reconciler/view/sign-in/oidc/local-path.ts';

describe('The way on after a sign-in', () => {
  it.each(['/', '/clusters/web?tab=1', '/host/a%2Fb', '/a/../b?x=//y'])('keeps %s', (to) => {
    const path = localPath(to);

    expect(path).toBe(to === '/a/../b?x=//y' ? '/b?x=//y' : to);
  });

  it.each([
    undefined,
    '',
    'clusters',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n//evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/sign-in',
    '/sign-in/out',
    '/x/../sign-in/callback',
    `/${'a'.repeat(3000)}`,
  ])('makes nothing of %j', (to) => {
    const path = localPath(to);

    expect(path).toBe('/');
  });

  it('never leads to another site, whatever is asked for', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2f',
      '%5c',
      '\t',
      '\n',
      '@',
      ':',
      '?',
      '#',
      'evil.example',
      'a',
      '//',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
    );

    const property = fc.property(text, (to) => {
      const target = new URL(localPath(to), 'https://view.example.org/sign-in/callback');
      return target.origin === 'https://view.example.org';
    });

    expect(() => fc.assert(property, { numRuns: 2000 })).not.toThrow();
  });
});
