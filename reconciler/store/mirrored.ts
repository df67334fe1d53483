import { keys } from './keys.ts';

/** What the daemon keeps in memory. Output of steps is large and rarely read: it is written through the mirror but not kept. */
export const MIRRORED = [
  keys.meta,
  keys.revision,
  keys.objects,
  keys.records,
  keys.implicits,
  keys.allLeaving,
  keys.journals,
  keys.allSealed,
  keys.claims,
  keys.releases,
  keys.halt,
  keys.haltFile,
  keys.heartbeats,
] as const;

/** Whether a key is one of these, or below one of those that end with a slash. */
export function isBelow(key: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => (prefix.endsWith('/') ? key.startsWith(prefix) : key === prefix));
}
