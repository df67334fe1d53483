import { createHmac, randomBytes } from 'node:crypto';
import { messageOf } from '../../../model/errors.ts';
import type { Clock } from '../../../model/clock.ts';
import { ABSENT, REFUSED, accepted, type Authenticator, type Verdict } from '../authenticator.ts';
import { basicOf, usesScheme, type UserAndPassword } from '../credentials.ts';
import type { BasicSettings } from '../settings.ts';
import { VerifiedCache } from '../verified-cache.ts';
import { Bcrypt } from './bcrypt.ts';
import { UsersFile } from './users-file.ts';
import { decoyFor, parseUsers, type Users } from './users.ts';

/** How long a password that was right is remembered, in milliseconds; a changed hash ends it at once. */
const KEEP_MS = 60_000;
export const BASIC_CHALLENGE = 'Basic realm="intendant", charset="UTF-8"';

/**
 * User names and passwords of a file in the form of Commissaire's users.json, of the configuration, or of both: the file wins. A file that
 * cannot be read lets nobody in. A name that is not known takes as long as one that is.
 */
export function basicAuthenticator(
  settings: BasicSettings,
  deps: { clock: Clock; bcrypt?: Pick<Bcrypt, 'compare'> },
): Authenticator {
  const { clock, bcrypt = new Bcrypt() } = deps;
  const inline = parseUsers(settings.users ?? {});
  const file = settings.usersFile === undefined ? undefined : new UsersFile(settings.usersFile);
  const cache = new VerifiedCache(clock, KEEP_MS);
  const decoys = randomBytes(32);

  async function check({ user, password }: UserAndPassword, users: Users, signal: AbortSignal): Promise<Verdict> {
    const known = users.get(user);
    const hash = known ?? decoyFor(users, (amount) => pickOf(user, amount, decoys));
    const verify = async (): Promise<{ verdict: Verdict }> => {
      const matches = await bcrypt.compare(password, hash);
      return { verdict: matches && known !== undefined ? accepted({ name: user }) : REFUSED };
    };
    return cache.verdict([user, password.reveal(), hash], verify, signal);
  }

  let last: { file: Users; all: Users } | undefined;
  const merged = (ofFile: Users): Users => {
    if (last?.file !== ofFile) last = { file: ofFile, all: new Map([...inline, ...ofFile]) };
    return last.all;
  };

  return {
    type: 'basic',
    challenge: BASIC_CHALLENGE,
    carries: ({ headers }) => usesScheme(headers, 'basic'),
    async authenticate({ headers }, signal) {
      if (!usesScheme(headers, 'basic')) return ABSENT;
      let users: Users;
      try {
        users = file === undefined ? inline : merged(await file.read());
      } catch (error) {
        return { outcome: 'unavailable', reason: messageOf(error) };
      }
      const credentials = basicOf(headers);
      return credentials === undefined ? REFUSED : check(credentials, users, signal);
    },
  };
}

/** The same for the same name, so that its time does not change from try to try. */
function pickOf(user: string, amount: number, key: Buffer): number {
  return amount === 0 ? 0 : createHmac('sha256', key).update(user).digest().readUInt32BE() % amount;
}
