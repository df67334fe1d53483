import { compare, hashSync } from 'bcryptjs';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sensitive } from '../../../../reconciler/model/sensitive.ts';
import type { Authenticator, Verdict } from '../../../../reconciler/view/sign-in/authenticator.ts';
import { basicAuthenticator } from '../../../../reconciler/view/sign-in/basic/basic.ts';
import { decoyFor, parseUsers } from '../../../../reconciler/view/sign-in/basic/users.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { basicHeader, requestWith } from '../../../support/sign-in/requests.ts';

const HASHES = { ann: hashSync('one', 4), bob: hashSync('two', 5), old: hashSync('old', 4).replace('$2b$', '$2y$') };

describe('Signing in by user name and password', () => {
  let folder: string;
  let file: string;
  let compared: string[];
  let clock: ManualClock;
  const bcrypt = {
    compare(password: Sensitive, hash: string): Promise<boolean> {
      compared.push(hash);
      return compare(password.reveal(), hash);
    },
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'intendant-users-'));
    file = join(folder, 'users.json');
    compared = [];
    clock = new ManualClock();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (users: unknown): void => {
    writeFileSync(`${file}.new`, typeof users === 'string' ? users : JSON.stringify(users));
    renameSync(`${file}.new`, file);
  };
  const by = (settings: { users?: Record<string, { hash: string }>; usersFile?: string }): Authenticator =>
    basicAuthenticator({ type: 'basic', ...settings }, { clock, bcrypt });
  const ask = (authenticator: Authenticator, user: string, password: string): Promise<Verdict> =>
    authenticator.authenticate(requestWith(basicHeader(user, password)), new AbortController().signal);

  it('lays the file over the users of the configuration', async () => {
    write({ ann: { hash: HASHES.bob }, more: { hash: HASHES.ann } });
    const authenticator = by({ users: { ann: { hash: HASHES.ann }, bob: { hash: HASHES.bob } }, usersFile: file });

    const verdicts = [
      await ask(authenticator, 'ann', 'one'),
      await ask(authenticator, 'ann', 'two'),
      await ask(authenticator, 'bob', 'two'),
      await ask(authenticator, 'more', 'one'),
    ];

    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['refused', 'accepted', 'accepted', 'accepted']);
  });

  it('takes a changed file at its word at once, for those whom it remembers too', async () => {
    write({ ann: { hash: HASHES.ann } });
    const authenticator = by({ usersFile: file });
    const before = await ask(authenticator, 'ann', 'one');

    write({ ann: { hash: HASHES.bob } });
    const after = [await ask(authenticator, 'ann', 'one'), await ask(authenticator, 'ann', 'two')];

    expect([before, ...after].map(({ outcome }) => outcome)).toEqual(['accepted', 'refused', 'accepted']);
  });

  it.each([
    ['is not there', undefined, 'ENOENT'],
    ['is not JSON', '{"ann": "secret', 'it is not JSON'],
    ['is no object', [], 'not an object of users'],
    ['has a user without a hash', { ann: { password: 'plain' } }, 'the user ann has no bcrypt hash'],
    ['has a hash of another kind', { ann: { hash: '$6$salt$x' } }, 'the user ann has no bcrypt hash'],
    ['has a hash that would take minutes', { ann: { hash: HASHES.ann.replace('$04$', '$20$') } }, 'a cost of 20'],
    ['has a name with a colon', { 'a:b': { hash: HASHES.ann } }, 'a colon'],
  ])('lets nobody in while the file %s, and says so without showing what is in it', async (_, users, why) => {
    if (users !== undefined) write(users);
    const authenticator = by({ users: { ann: { hash: HASHES.ann } }, usersFile: file });

    const verdict = await ask(authenticator, 'ann', 'one');

    expect(verdict).toEqual({ outcome: 'unavailable', reason: expect.stringContaining(why) });
    expect(JSON.stringify(verdict)).not.toMatch(/secret|plain|\$2b/);
  });

  it('compares the password of a name that it does not know as long, and always the same way', async () => {
    const authenticator = by({ users: { ann: { hash: HASHES.ann }, bob: { hash: HASHES.bob } } });

    for (const name of ['x', 'y', 'z', 'x']) await ask(authenticator, name, 'one');

    expect(compared).toHaveLength(4);
    expect(compared.every((hash) => /^\$2[aby]\$0[45]\$.{53}$/.test(hash))).toBe(true);
    expect(compared[3]).toBe(compared[0]);
  });

  it('has a decoy that costs as much as a hash of its users and that no password is right for', async () => {
    const users = parseUsers({ ann: { hash: HASHES.bob } });

    const decoy = decoyFor(users, () => 0);

    expect(decoy.slice(0, 7)).toBe(HASHES.bob.slice(0, 7));
    expect(decoy).toHaveLength(60);
    expect(await compare('two', decoy)).toBe(false);
  });

  it('compares once a minute what is right, and each time what is wrong', async () => {
    const authenticator = by({ users: { ann: { hash: HASHES.ann } } });
    await Promise.all(Array.from({ length: 20 }, () => ask(authenticator, 'ann', 'one')));
    await ask(authenticator, 'ann', 'one');
    const soon = compared.length;
    await ask(authenticator, 'ann', 'wrong');
    await ask(authenticator, 'ann', 'wrong');
    const wrong = compared.length - soon;

    await clock.advance(61_000);
    await ask(authenticator, 'ann', 'one');

    expect([soon, wrong, compared.length]).toEqual([1, 2, 4]);
  });

  it('does not take the name of another with its own password from memory', async () => {
    const authenticator = by({ users: { ann: { hash: HASHES.ann }, bob: { hash: HASHES.bob } } });
    await ask(authenticator, 'ann', 'one');

    const verdict = await ask(authenticator, 'bob', 'one');

    expect(verdict.outcome).toBe('refused');
  });

  it('knows hashes that begin with $2y$', async () => {
    const verdict = await ask(by({ users: { old: { hash: HASHES.old } } }), 'old', 'old');

    expect(verdict).toEqual({ outcome: 'accepted', identity: { name: 'old' } });
  });

  it('knows nobody called as a member of every object is called', async () => {
    const authenticator = by({ users: { ann: { hash: HASHES.ann } } });

    const verdicts = await Promise.all(
      ['__proto__', 'constructor', 'toString'].map((name) => ask(authenticator, name, 'one')),
    );

    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
  });
});
