import type { Random } from '../../reconciler/model/clock.ts';

/** Longest input that is made, in bytes: usually, and now and then. */
const USUAL_BYTES = 8_000;
const MAX_BYTES = 200_000;

/** Bytes that mean something to one parser or another. */
const TOKENS = [
  ...['\n', '\r\n', '\0', '=', ':', '- ', '---\n', '...\n', '&a ', '*a', '<<: ', '!!js/function ', '{', '}', '[', ']'],
  ...['"', "'", '%', '0000', '0004', 'fff0', '001e', 'ffff', '-1', '99999999999999999999', '1e400', '__proto__', '../'],
  ...['\u001b[31m', '\u001b]0;', '\u202e', '\ufeff', '\ud800', '@@intendant:n@@ begin\n', '@@intendant:n@@ end\n'],
  ...[
    '|1|',
    '@revoked ',
    '[::1]:22',
    '*',
    '?',
    '--',
    '-o',
    '--output=json',
    '%2e%2e%2f',
    '%00',
    '?after=',
    '&limit=-1',
  ],
];

/** A pseudo-random sequence that a number repeats exactly (mulberry32). */
export function sequenceOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A variation of one of the inputs: a few small changes, now and then a large one. */
export function mutate(corpus: readonly Buffer[], random: Random): Buffer {
  const pick = (below: number): number => Math.floor(random() * below);
  const most = random() < 0.01 ? MAX_BYTES : USUAL_BYTES;
  let bytes = Buffer.from(corpus[pick(corpus.length)] ?? Buffer.alloc(0));
  for (let changes = pick(8); changes >= 0; changes -= 1) {
    const at = pick(bytes.length + 1);
    const length = pick(random() < 0.1 ? bytes.length + 1 : 16);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(Math.min(at + length, bytes.length))];
    const piece = bytes.subarray(at, at + length);
    const other = corpus[pick(corpus.length)] ?? bytes;
    const from = pick(other.length + 1);
    const changed = [
      (): Buffer[] => [before, after],
      (): Buffer[] => [before, Buffer.from(TOKENS[pick(TOKENS.length)]!), bytes.subarray(at)],
      (): Buffer[] => [before, Buffer.from([pick(256)]), bytes.subarray(Math.min(at + 1, bytes.length))],
      (): Buffer[] => [before, piece, bytes.subarray(at)],
      (): Buffer[] => [before, ...Array<Buffer>(pick(random() < 0.02 ? 20_000 : 50)).fill(piece), after],
      (): Buffer[] => [before, other.subarray(from, from + length), after],
      (): Buffer[] => [before, Buffer.from(Array.from({ length }, () => pick(256))), after],
      (): Buffer[] => [before],
    ][pick(8)]!();
    bytes = Buffer.concat(changed);
    if (bytes.length > most) bytes = bytes.subarray(0, most);
  }
  return bytes;
}
