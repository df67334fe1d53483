import { readFileSync } from 'node:fs';
import { parseAllowedSigners } from '../../../reconciler/source/signatures/allowed-signers.ts';
import { splitCommit } from '../../../reconciler/source/signatures/commit-payload.ts';
import { SignerBook } from '../../../reconciler/source/signatures/signer-book.ts';
import { demand, refusing, type Target } from '../target.ts';

const folder = new URL('../../golden/signatures/', import.meta.url);
const file = (path: string): { path: string; text: string } => ({
  path,
  text: readFileSync(new URL(path, folder), 'utf8'),
});
const cases = JSON.parse(file('commits.json').text) as { commit: string[] }[];
const commits = cases.map(({ commit }) => Buffer.from(commit.join('\n')));
const signed = new Set(commits.map(payloadOf));
const book = new SignerBook({
  version: '1',
  allowedSigners: file('allowed_signers'),
  openpgpKeys: file('openpgp.asc'),
  forges: [],
});
const AUGUST = Date.parse('2026-08-01T00:00Z');

/** Commits, and files of allowed signers: nobody is believed to have signed what they have not. */
export const signaturesTarget: Target = {
  name: 'signatures',
  seeds: () => [...commits, Buffer.from(file('allowed_signers').text)],
  async read(input) {
    await refusing(async () => {
      const found = await book.check(input, AUGUST);
      const believed = 'signer' in found;
      demand(!believed || signed.has(payloadOf(input)), 'a commit is believed that nobody has signed');
      demand(believed || /^[\x20-\x7e]{1,1000}$/.test(found.refused), 'a reason is not clean');
    });
    await refusing(() => parseAllowedSigners({ path: 'allowed', text: input.toString('utf8') }));
  },
};

function payloadOf(commit: Buffer): string {
  const split = splitCommit(commit);
  return 'refused' in split ? '' : split.payload.toString('base64');
}
