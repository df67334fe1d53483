import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface DaemonConfigOptions {
  /** Where the file, the key and the state folder go. */
  folder: string;
  fleet: string;
  /** URL or path of the repository. */
  repository: string;
  /** Private key that hosts let in. */
  clientKey: string;
  /** Sections that are put over the defaults, whole. */
  repositoryOptions?: object;
  status?: object;
  store?: object;
  ssh?: object;
  view?: object;
}

/** Writes the configuration of a daemon and the key beside it; answers with the path of the file. */
export function writeDaemonConfig(options: DaemonConfigOptions): string {
  const { folder } = options;
  mkdirSync(folder, { recursive: true });
  const keyFile = join(folder, 'hosts-key');
  writeFileSync(keyFile, options.clientKey, { mode: 0o600 });
  const path = join(folder, 'daemon.yaml');
  const config = {
    apiVersion: 'intendant/v1',
    kind: 'Daemon',
    fleet: options.fleet,
    state: join(folder, 'state'),
    haltFile: join(folder, 'halt'),
    repository: { url: options.repository, branch: 'main', poll: '1s', ...options.repositoryOptions },
    ...(options.status && { status: options.status }),
    ...(options.store && { store: options.store }),
    ...(options.view && { view: options.view }),
    ssh: { identities: { default: { keyFile } }, ...options.ssh },
  };
  writeFileSync(path, stringify(config));
  return path;
}
