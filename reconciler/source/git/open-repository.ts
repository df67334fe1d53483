import { join } from 'node:path';
import { Clone } from './clone.ts';
import type { GitAuth } from './credentials.ts';
import { HttpService } from './http-service.ts';
import { LocalAdapter } from './local-adapter.ts';
import { RemoteRepository } from './remote-repository.ts';
import type { Repository } from './repository.ts';
import type { ServiceLimits } from './service.ts';
import { SshService } from './ssh-service.ts';
import { parseGitUrl } from './url.ts';

/** Where a repository is and how to log in there. Plain data without secrets: it crosses threads. */
export interface RepositoryOptions {
  url: string;
  auth?: GitAuth;
  /** PEM file of authorities for https. */
  caFile?: string;
  /** Folder that belongs to this repository and role alone: holds the clone. Not used for a local path. */
  folder: string;
  limits?: Partial<ServiceLimits>;
}

/** Opens a repository by its address. Reaches over no network yet. */
export async function openRepository(options: RepositoryOptions): Promise<Repository> {
  const { auth, limits } = options;
  const address = parseGitUrl(options.url);
  if (address.kind === 'local') return new LocalAdapter(address.path);
  const service =
    address.kind === 'http'
      ? new HttpService({ url: address.url, auth, caFile: options.caFile, env: process.env, limits })
      : new SshService({ ...address, auth, env: process.env, limits });
  return new RemoteRepository(service, await Clone.open(join(options.folder, 'clone.git')));
}
