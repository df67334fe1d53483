import type { DaemonConfig } from '../reconciler/config/daemon-config.ts';
import { loadDaemonConfig } from '../reconciler/config/load.ts';
import type { DaemonFlagValues } from './daemon-flags.ts';
import { stateFolderOf } from './state-folder.ts';

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
