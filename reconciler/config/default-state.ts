import { join } from 'node:path';

/** The state folder where none is named: the system's for root, the user's for everyone else. */
export function defaultStateFolder(
  user: { uid: number; home: string },
  environment: Record<string, string | undefined>,
): string {
  if (user.uid === 0) return '/var/lib/intendant';
  return join(environment['XDG_STATE_HOME'] || join(user.home, '.local', 'state'), 'intendant');
}
