import { isName } from '../credentials.ts';
import { HIGHEST_COST, LOWEST_COST } from './cost.ts';

/** A bcrypt hash: `$2a$`, `$2b$` or `$2y$`, two digits of cost, 53 characters. */
const HASH = /^\$2[aby]\$(\d{2})\$[./A-Za-z0-9]{53}$/;

/** Users and the bcrypt hashes of their passwords, by name. */
export type Users = ReadonlyMap<string, string>;

/**
 * Users in the form of Commissaire's users.json: `{"alice": {"hash": "$2a$12$…"}}`. Other fields of a user are left alone. Throws Error with
 * a sentence that names the user and never shows the hash.
 */
export function parseUsers(document: unknown): Users {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new Error('it is not an object of users: {"alice": {"hash": "$2a$12$…"}}');
  }
  const users = new Map<string, string>();
  for (const [name, user] of Object.entries(document as Record<string, unknown>)) {
    if (!isName(name) || name.includes(':')) throw new Error('a user name is empty, too long or has a colon in it');
    const hash = typeof user === 'object' && user !== null ? (user as Record<string, unknown>)['hash'] : undefined;
    const cost = typeof hash === 'string' ? Number(HASH.exec(hash)?.[1] ?? NaN) : NaN;
    if (typeof hash !== 'string' || Number.isNaN(cost)) throw new Error(`the user ${name} has no bcrypt hash`);
    if (cost < LOWEST_COST || cost > HIGHEST_COST) {
      throw new Error(`the hash of ${name} has a cost of ${cost}; from ${LOWEST_COST} to ${HIGHEST_COST} are taken`);
    }
    users.set(name, hash);
  }
  return users;
}

/** A hash that no password matches and that costs as much as that of a user: what a name that is not known is compared with. */
export function decoyFor(users: Users, pick: (amount: number) => number): string {
  const hashes = [...users.values()];
  const like = hashes[pick(hashes.length)] ?? '$2b$12$';
  // A salt of one's own and a digest of zeros, which would have to be hit by chance.
  return `${like.slice(0, 7)}${'M'.repeat(21)}u${'.'.repeat(31)}`;
}
