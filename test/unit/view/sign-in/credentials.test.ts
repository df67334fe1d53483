import { describe, expect, it } from 'vitest';
import { authTokenOf, basicOf, bearerOf, isName, usesScheme } from '../../../../reconciler/view/sign-in/credentials.ts';

const headers = (authorization: string): Headers => new Headers({ authorization });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('Credentials of a request', () => {
  it('ends a user name at the first colon; the password has the others', () => {
    const credentials = basicOf(headers(`Basic ${base64('ann:a:b::c')}`));

    expect([credentials?.user, credentials?.password.reveal()]).toEqual(['ann', 'a:b::c']);
  });

  it('takes letters of all kinds, an empty password, and the scheme in any case', () => {
    const credentials = ['änn:pässwörd 💥', 'ann:'].map((text) => basicOf(headers(`bAsIc ${base64(text)}`)));

    expect(credentials.map((each) => [each?.user, each?.password.reveal()])).toEqual([
      ['änn', 'pässwörd 💥'],
      ['ann', ''],
    ]);
  });

  it.each([
    '',
    'Basic',
    'Basic ',
    'Basic !!!',
    `Basic ${base64('no colon')}`,
    `Basic ${base64(':no user')}`,
    `Basic ${base64('a\nb:c')}`,
    `Basic ${base64(`${'a'.repeat(257)}:x`)}`,
    `Basic ${base64(`a:${'x'.repeat(20_000)}`)}`,
    `Digest ${base64('a:b')}`,
  ])('makes nothing of %j', (authorization) => {
    const credentials = basicOf(headers(authorization));

    expect(credentials).toBeUndefined();
  });

  it('takes tokens in their form only', () => {
    const tokens = ['Bearer a.b-c_d~e+f/g==', 'Bearer  spaced', 'Bearer two words', 'Bearer', 'Bearer "x"', 'Basic x'];

    const read = tokens.map((text) => bearerOf(headers(text))?.reveal());

    expect(read).toEqual(['a.b-c_d~e+f/g==', 'spaced', undefined, undefined, undefined, undefined]);
  });

  it('takes a token of Keystone without spaces', () => {
    const read = ['gAAAA-x', 'two words', 'x'.repeat(20_000)].map((text) =>
      authTokenOf(new Headers({ 'x-auth-token': text }))?.reveal(),
    );

    expect(read).toEqual(['gAAAA-x', undefined, undefined]);
  });

  it('knows a scheme by its name, not by its beginning', () => {
    const uses = ['Basic x', 'basic', 'Basically x'].map((text) => usesScheme(headers(text), 'basic'));

    expect(uses).toEqual([true, true, false]);
  });

  it('has names without control characters and not for ever', () => {
    const names = ['ann', 'Ann of the House', 'system:serviceaccount:a:b', '', 'a\0', 'a\u2028b', 'x'.repeat(257), 7];

    expect(names.map(isName)).toEqual([true, true, true, false, false, false, false, false]);
  });
});
