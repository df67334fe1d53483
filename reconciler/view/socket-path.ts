import { join } from 'node:path';

/** Where the daemon listens, below its state folder. */
export function socketPath(state: string): string {
  return join(state, 'intendant.sock');
}
