/** Escape sequences of terminals: CSI, OSC and other strings, and the two-character ones. */
const ANSI =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]{0,4096}(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/g;
/**
 * What can hide or reorder text on a screen: controls except newline and tab, bidirectional marks and overrides,
 * zero-width and tag characters, and lone surrogates.
 */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

/** Output of a host made safe to show and to store: no terminal sequences, no control or bidirectional characters. */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(ANSI, '').replace(HIDDEN, '');
}

/** The same for bytes: UTF-8, an incomplete last character (a cut) is left out, other faults become U+FFFD. */
export function cleanBytes(bytes: Uint8Array): string {
  return cleanText(new TextDecoder('utf-8').decode(bytes, { stream: true }));
}

/** One line of at most `max` characters, for messages. */
export function cleanLine(text: string, max = 200): string {
  const line = cleanText(text).replace(/\s+/g, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max)}…`;
}
