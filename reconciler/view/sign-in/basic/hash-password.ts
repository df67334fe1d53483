import bcrypt from 'bcryptjs';
import { InvalidInput } from '../../../model/errors.ts';
import type { Sensitive } from '../../../model/sensitive.ts';

/** What bcrypt looks at, in bytes: what follows would not count, unnoticed. */
const LONGEST = 72;

/**
 * The bcrypt hash of a password for `users.json`. `rounds`: as `cost.ts` bounds them. Throws InvalidInput `PASSWORD` for one that
 * is empty, or longer than bcrypt looks at.
 */
export async function hashPassword(password: Sensitive, rounds: number): Promise<string> {
  const bytes = Buffer.byteLength(password.reveal());
  if (bytes === 0 || bytes > LONGEST) {
    throw new InvalidInput(bytes === 0 ? 'The password is empty.' : `The password is longer than ${LONGEST} bytes.`, {
      code: 'PASSWORD',
      hint: `bcrypt takes 1 to ${LONGEST} bytes.`,
    });
  }
  return bcrypt.hash(password.reveal(), rounds);
}
