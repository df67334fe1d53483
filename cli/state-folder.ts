import { homedir } from 'node:os';
import { defaultStateFolder } from '../reconciler/config/default-state.ts';
import type { DaemonFlagValues } from './daemon-flags.ts';

/** The state folder that a flag names, or else this user's. */
export function stateFolderOf(flags: Pick<DaemonFlagValues, 'state'>): string {
  if (flags.state !== undefined) return flags.state;
  return defaultStateFolder({ uid: process.getuid?.() ?? -1, home: homedir() }, process.env);
}
