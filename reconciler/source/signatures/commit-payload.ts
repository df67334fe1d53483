/** A commit object taken apart: what was signed, and the signature in its armor. */
export type SignedCommit = { payload: Buffer; signature: string } | { refused: string };

const HEADER = Buffer.from('gpgsig ');
/** The signature over the SHA-256 form of a commit; git leaves it out of what is signed too. */
const OTHER_HEADER = Buffer.from('gpgsig-sha256 ');
const GPGSIG = Buffer.from('gpgsig');
const SPACE = 0x20;
const NEWLINE = 0x0a;
/** The largest signature that is looked at, bytes. */
const MAX_SIGNATURE_BYTES = 64 * 1024;

/**
 * What git signs is the commit object without its `gpgsig` header. Byte by byte: nothing is decoded, so that what is
 * verified is what is there.
 */
export function splitCommit(commit: Buffer): SignedCommit {
  const kept: Buffer[] = [];
  const signature: Buffer[] = [];
  let at = 0;
  let taken: 'payload' | 'signature' | 'dropped' = 'payload';
  let signatures = 0;
  while (at < commit.length && commit[at] !== NEWLINE) {
    const newline = commit.indexOf(NEWLINE, at);
    const end = newline < 0 ? commit.length : newline + 1;
    const line = commit.subarray(at, end);
    at = end;
    if (line[0] !== SPACE) {
      taken = startsWith(line, HEADER) ? 'signature' : startsWith(line, OTHER_HEADER) ? 'dropped' : 'payload';
      if (taken === 'payload' && startsWith(line, GPGSIG))
        return { refused: 'has a signature header that git does not know' };
      if (taken === 'signature') signatures++;
    }
    if (taken === 'payload') kept.push(line);
    if (taken === 'signature') signature.push(line.subarray(line[0] === SPACE ? 1 : HEADER.length));
  }
  if (signatures === 0) return { refused: 'is not signed' };
  if (signatures > 1) return { refused: 'has several signatures' };
  const armor = Buffer.concat(signature);
  if (armor.length > MAX_SIGNATURE_BYTES) return { refused: 'has a signature that is too large' };
  return { payload: Buffer.concat([...kept, commit.subarray(at)]), signature: armor.toString('latin1') };
}

function startsWith(line: Buffer, prefix: Buffer): boolean {
  return line.subarray(0, prefix.length).equals(prefix);
}
