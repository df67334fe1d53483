import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Clone } from './clone.ts';
import type { GitAuth } from './credentials.ts';
import type { ProxySettings } from '../http/proxy.ts';
import { HttpService } from './http-service.ts';
import { LocalAdapter } from './local-adapter.ts';
import { RemoteRepository } from './remote-repository.ts';
import type { Repository } from './repository.ts';
import type { ServiceLimits } from './service.ts';
import { SshService } from './ssh-service.ts';
import { parseGitUrl } from './url.ts';

/** Where a repository is and how to log in there. Plain data without secrets: it crosses threads. */
export interface RepositoryOptions extends ProxySettings {
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
  return openAside(options);
}

async function openAside(options: RepositoryOptions, kept?: string): Promise<Repository> {
  const { auth, limits, caFile, proxy, proxyAuth } = options;
  const address = parseGitUrl(options.url);
  if (address.kind !== 'local') removeOldClones(options.folder, kept);
  if (address.kind === 'local') return new LocalAdapter(address.path);
  const service =
    address.kind === 'http'
      ? new HttpService({ url: address.url, auth, caFile, proxy, proxyAuth, env: process.env, limits })
      : new SshService({ ...address, auth, env: process.env, limits });
  return new RemoteRepository(service, await Clone.open(join(options.folder, 'clone.git')));
}

/** Bytes of packs above which a clone of which only the tip is needed is made anew. */
export const GROWN_BYTES = 64 * 1024 * 1024;

/** Whether our clone has grown beyond so many bytes. A local repository is not ours, and never has. */
export function hasGrown(repository: Repository, options: RepositoryOptions, bytes: number): boolean {
  if (parseGitUrl(options.url).kind === 'local') return false;
  return repository.objects.packs().reduce((sum, pack) => sum + pack.size, 0) > bytes;
}

/**
 * Begins the clone anew, empty: for a reader of the tip alone, which is fetched when it is next asked for. The old one is set
 * aside by one rename and removed when the new one stands (else it stays in use); what a crash leaves of it is removed at the next opening.
 */
export async function renewRepository(repository: Repository, options: RepositoryOptions): Promise<Repository> {
  const folder = join(options.folder, 'clone.git');
  const old = `${folder}.${randomBytes(6).toString('hex')}.set-aside`;
  renameSync(folder, old);
  try {
    const fresh = await openAside(options, old);
    repository.close();
    rmSync(old, { recursive: true, force: true });
    return fresh;
  } catch {
    // The old one is still open, and as good as before: it is tried again at the next push.
    rmSync(folder, { recursive: true, force: true });
    renameSync(old, folder);
    return repository;
  }
}

function removeOldClones(folder: string, except?: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (/^clone\.git\.[0-9a-f]+\.set-aside$/.test(name) && path !== except) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}
