/** Escape sequences of terminals: CSI, OSC and two-character ones. */
const TERMINAL_SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
/** Control characters, line separators, the byte order mark, and what reverses or hides text. */
const UNSAFE_CHARACTERS =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Halves of characters, which are no text by themselves. */
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** Longest text that goes into the status branch, in UTF-16 units. */
export const MAX_TEXT = 1000;

/**
 * Text of a host or of a repository, made fit to be shown: one line, no terminal sequences, no control and no
 * direction-changing characters, no lone surrogates, at most `max` units (then it ends in `…`).
 */
export function cleanText(text: string, max: number = MAX_TEXT): string {
  const oneLine = text
    .slice(0, 4 * max + 4)
    .replace(TERMINAL_SEQUENCES, '')
    .replace(/[\t\n\r\v\f\u0085\u2028\u2029]+/g, ' ')
    .replace(UNSAFE_CHARACTERS, '')
    .replace(LONE_SURROGATES, '')
    .trim();
  return oneLine.length <= max
    ? oneLine
    : `${oneLine
        .slice(0, max - 1)
        .replace(LONE_SURROGATES, '')
        .trimEnd()}…`;
}
