import { randomBytes } from 'node:crypto';

/** A fresh nonce for one command: what a host said before or elsewhere cannot be taken for the answer. */
export function newNonce(): string {
  return randomBytes(12).toString('hex');
}

const KEY = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
const MAX_FIELDS = 256;

/**
 * The `key=value` lines between `@@intendant:<nonce>@@ begin` and `… end`, wherever they stand in a noisy output. The
 * first of two equal keys counts. Undefined when there is no complete frame. Values are still the host's: hostile.
 */
export function parseFrame(output: string, nonce: string): ReadonlyMap<string, string> | undefined {
  const marker = `@@intendant:${nonce}@@`;
  const lines = output.split('\n');
  const begin = lines.indexOf(`${marker} begin`);
  const end = lines.indexOf(`${marker} end`, begin + 1);
  if (begin < 0 || end < 0) return undefined;
  const fields = new Map<string, string>();
  for (const line of lines.slice(begin + 1, end)) {
    const at = line.indexOf('=');
    const key = line.slice(0, Math.max(at, 0));
    if (KEY.test(key) && !fields.has(key) && fields.size < MAX_FIELDS) fields.set(key, line.slice(at + 1));
  }
  return fields;
}

/** A whole number in a field, within what JavaScript holds exactly; undefined for anything else. */
export function wholeNumber(value: string | undefined): number | undefined {
  if (value === undefined || !/^[0-9]{1,16}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}
