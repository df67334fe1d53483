import { createHash } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * Name of this member of the fleet's daemons: the machine and its state folder. The same after a restart, so that a daemon
 * takes over its own old lease at once; the folder's lock sees to it that no two processes have it at one time.
 */
export function holderName(stateFolder: string): string {
  const folder = createHash('sha256').update(stateFolder).digest('hex').slice(0, 8);
  return `${hostname()}-${folder}`;
}
