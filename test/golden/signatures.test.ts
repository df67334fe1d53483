import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SignerBook } from '../../reconciler/source/signatures/signer-book.ts';
import type { CommitSignature, SignerFiles } from '../../reconciler/source/signatures/signature.ts';

/** A commit object, and what is made of its signature on the first of August 2026. */
type Case = { name: string; commit: string[] } & CommitSignature;

/**
 * Commits of git 2.39 signed by ssh-keygen 9.2 and gpg 2.2, and what was made of them by hand: torn, tampered with, put together
 * anew. Signatures of security keys were made in software, and `ssh-keygen -Y verify` found them good.
 */
const folder = new URL('signatures/', import.meta.url);
const cases = JSON.parse(readFileSync(new URL('commits.json', folder), 'utf8')) as Case[];
const read = (path: string): { path: string; text: string } => ({
  path,
  text: readFileSync(new URL(path, folder), 'utf8'),
});
const files: SignerFiles = {
  version: '1',
  allowedSigners: read('allowed_signers'),
  openpgpKeys: read('openpgp.asc'),
  forges: ['NoReply@forge.example'],
};
const AUGUST = Date.parse('2026-08-01T00:00Z');

function commitOf(name: string): Buffer {
  return Buffer.from(cases.find((each) => each.name === name)!.commit.join('\n'));
}

describe('what a signature says of a commit', () => {
  const book = new SignerBook(files);

  it.each(cases)('$name', async ({ name, commit: _commit, ...expected }) => {
    expect(await book.check(commitOf(name), AUGUST)).toEqual(expected);
  });

  it.each([
    ['expired', '2026-06-20', true],
    ['expired', '2026-07-02', false],
    ['later', '2026-08-01', false],
    // The commit says that it was made before its key was allowed.
    ['later', '2026-10-01', false],
    ['openpgp-expired', '2026-06-20', true],
    ['openpgp-expired', '2026-07-02', false],
    // Made three minutes ahead of this clock, and a day.
    ['openpgp-rsa', '2026-06-01T11:57Z', true],
    ['openpgp-rsa', '2026-05-31', false],
  ])('%s counts on %s: %j', async (name, now, counts) => {
    expect('signer' in (await book.check(commitOf(name), Date.parse(now)))).toBe(counts);
  });

  it.each([
    ['ed25519', { ...files, allowedSigners: undefined }, /SHA256:\S+, which is not among the allowed signers/],
    ['openpgp-rsa', { ...files, openpgpKeys: undefined }, /is signed with an OpenPGP key, and none is allowed/],
  ])('%s is refused where the configuration names no such keys', async (name, known, reason) => {
    const { allowedSigners, openpgpKeys, ...rest } = known;
    const some = { ...rest, ...(allowedSigners && { allowedSigners }), ...(openpgpKeys && { openpgpKeys }) };

    expect(await new SignerBook(some).check(commitOf(name), AUGUST)).toEqual({
      refused: expect.stringMatching(reason) as string,
    });
  });

  it('is nothing while an OpenPGP key of the file cannot be read', async () => {
    const torn = { path: 'openpgp.asc', text: files.openpgpKeys!.text.replace(/[A-Za-z0-9+/=]{60}\n/, '') };

    const check = new SignerBook({ ...files, openpgpKeys: torn }).check(commitOf('openpgp-rsa'), AUGUST);

    await expect(check).rejects.toMatchObject({ code: 'SIGNERS_INVALID', message: expect.stringContaining('openpgp.asc') as string });
  });
});

describe('a signed commit in which any one byte is another', () => {
  it.each(['ed25519', 'p256', 'sk-ed25519'])('is signed by nobody: %s', async (name) => {
    const book = new SignerBook(files);
    const whole = commitOf(name);
    const good = await book.check(whole, AUGUST);
    const believed: number[] = [];

    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x02;
      const found = await book.check(changed, AUGUST).catch((error: Error) => ({ refused: error.message }));
      if ('signer' in found) believed.push(at);
    }

    expect(good).toHaveProperty('signer');
    expect(believed).toEqual([]);
  });
});
