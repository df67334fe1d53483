import type { WantedFile, WantedHost, WantedService } from '../../reconciler/hosts/profile/wanted.ts';

/** A host that should have nothing but what is said here. */
export function wantedHost(more: Partial<WantedHost> = {}): WantedHost {
  return { digest: 'd1', repositories: [], packages: [], files: [], commands: [], services: [], ...more };
}

/** A file of root's, with the mode 0644. */
export function wantedFile(path: string, content: WantedFile['content'], more: Partial<WantedFile> = {}): WantedFile {
  return { path, content, mode: '0644', owner: 'root', group: 'root', ...more };
}

/** A service that runs and begins with the system. */
export function wantedService(name: string, more: Partial<WantedService> = {}): WantedService {
  return { name, enabled: true, running: true, restartOn: [], ...more };
}
