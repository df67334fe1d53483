import { formatDuration } from '../../model/duration.ts';
import { cleanText } from '../../status/text.ts';

/** Texts of hosts and repositories on one line, fit to be shown; at most 400 characters unless told. */
export function shown(text: string, max = 400): string {
  return cleanText(text, max);
}

/** `1 host`, `3 hosts`, `1,000 hosts`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** A number for people: `12,345`. */
export function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** `3m 4s ago`, `just now`; in the future `in 3m 4s`. Undefined: it is no time. */
export function agoText(iso: string | undefined, nowMs: number): string | undefined {
  const age = nowMs - Date.parse(iso ?? '');
  if (!Number.isFinite(age)) return undefined;
  if (age < -1000) return `in ${formatDuration(-age)}`;
  return age < 1000 ? 'just now' : `${formatDuration(age)} ago`;
}

/** Ends with a mark. How it begins stays: it may be a name. */
export function sentence(text: string): string {
  const clean = shown(text);
  return /[.!?…]$/.test(clean) ? clean : `${clean}.`;
}

/** The first twelve digits of a commit. */
export function short(commit: string): string {
  return shown(commit, 64).slice(0, 12);
}

/** `main@sha1:1a2b…` as branch and short commit. */
export function shortRevision(revision: string): string {
  return shown(revision, 120).replace(/@sha1:([0-9a-f]{12})[0-9a-f]+$/, ' @ $1');
}
