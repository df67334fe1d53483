import { homedir } from 'node:os';
import type { DaemonConfig } from '../reconciler/config/daemon-config.ts';
import { defaultStateFolder } from '../reconciler/config/default-state.ts';
import { loadDaemonConfig } from '../reconciler/config/load.ts';
import type { DaemonFlagValues } from './daemon-flags.ts';

/** The daemon's configuration as this process sees it: its flags, environment, user and working folder. */
export async function readConfig(flags: DaemonFlagValues): Promise<DaemonConfig> {
  const { config: file, ...rest } = flags;
  return loadDaemonConfig({
    file,
    flags: rest,
    environment: process.env,
    workingFolder: process.cwd(),
    defaultState: stateFolderOf({}),
  });
}

/** The state folder that a flag names, or else this user's. */
export function stateFolderOf(flags: Pick<DaemonFlagValues, 'state'>): string {
  if (flags.state !== undefined) return flags.state;
  return defaultStateFolder({ uid: process.getuid?.() ?? -1, home: homedir() }, process.env);
}
