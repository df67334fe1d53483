import { homedir } from 'node:os';
import { defaultStateFolder } from '../reconciler/config/default-state.ts';
import type { DaemonFlagValues } from './daemon-flags.ts';

/** The state folder that a flag or `INTENDANT_STATE` names, or else this user's. */
export function stateFolderOf(flags: Pick<DaemonFlagValues, 'state'>): string {
  const named = flags.state ?? process.env['INTENDANT_STATE'];
  if (named) return named;
  return defaultStateFolder({ uid: process.getuid?.() ?? -1, home: homedir() }, process.env);
}
