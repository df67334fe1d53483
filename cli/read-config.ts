import type { DaemonConfig } from '../reconciler/config/daemon-config.ts';
import { checkConfig, mergeConfig, type LoadOptions } from '../reconciler/config/load.ts';
import { IntendantError } from '../reconciler/model/errors.ts';
import type { DaemonFlagValues } from './daemon-flags.ts';
import { stateFolderOf } from './state-folder.ts';

/** The machine's own configuration; `INTENDANT_SYSTEM_CONFIG` names another file, or none when it is empty. */
export const SYSTEM_FILE = '/etc/intendant/intendant.yaml';

/** Where this process looks for the daemon's configuration: its flags, environment, user and working folder. */
export function configSources(flags: DaemonFlagValues): LoadOptions {
  const { config: file, ...rest } = flags;
  return {
    systemFile: (process.env['INTENDANT_SYSTEM_CONFIG'] ?? SYSTEM_FILE) || undefined,
    file,
    flags: rest,
    environment: process.env,
    workingFolder: process.cwd(),
    defaultState: stateFolderOf({}),
  };
}

/**
 * The daemon's configuration as this process sees it; `note` hears of variables that mean nothing. Only who serves the view needs its
 * files (`withView`). Throws as `loadDaemonConfig`.
 */
export async function readConfig(
  flags: DaemonFlagValues,
  { note, withView = false }: { note?: (text: string) => void; withView?: boolean } = {},
): Promise<DaemonConfig> {
  const sources = configSources(flags);
  const merged = await mergeConfig(sources);
  for (const text of merged.unknown) note?.(text);
  return checkConfig(merged, sources.environment, { withView });
}

/** Why a machine's configuration is no use to a command that only reads, and does without when nobody named it. */
const OF_NO_USE_HERE = ['CONFIG_INCOMPLETE', 'CONFIG_UNREADABLE', 'SECRET_MISSING'];

/**
 * The daemon's configuration for a command that may do without: undefined where no source says enough and, unless a file or
 * repository is named, where this user may not read it. Reading a fleet needs no name for it. Throws as `loadDaemonConfig`.
 */
export async function findConfig(flags: DaemonFlagValues): Promise<DaemonConfig | undefined> {
  const named = flags.config !== undefined || flags.repo !== undefined;
  const sources = configSources(flags);
  try {
    const merged = await mergeConfig({ ...sources, ...(flags.config === undefined && { defaultFleet: 'default' }) });
    return await checkConfig(merged, sources.environment, { withView: false });
  } catch (error) {
    if (!named && error instanceof IntendantError && OF_NO_USE_HERE.includes(error.code)) return undefined;
    throw error;
  }
}
