import { readFile, stat } from 'node:fs/promises';
import { InvalidInput } from '../model/errors.ts';
import { parseKnownHosts } from '../ssh/known-hosts.ts';
import type { KnownHosts } from '../ssh/known-hosts.ts';

/** A known_hosts file that is read again when it has changed. */
export interface KnownHostsFile {
  /** Throws InvalidInput `KNOWN_HOSTS_UNREADABLE`: without the file nothing is known, so nothing is trusted. */
  read(): Promise<KnownHosts>;
}

export function knownHostsFile(path: string, onWarning?: (message: string) => void): KnownHostsFile {
  let kept: { version: string; known: KnownHosts } | undefined;
  return {
    async read() {
      try {
        const { mtimeMs, size, ino } = await stat(path);
        const version = `${mtimeMs} ${size} ${ino}`;
        if (kept?.version === version) return kept.known;
        const known = parseKnownHosts(await readFile(path, 'utf8'));
        for (const warning of known.warnings) onWarning?.(`${path}: ${warning}`);
        kept = { version, known };
        return known;
      } catch (cause) {
        throw new InvalidInput(`The known_hosts file ${path} cannot be read.`, {
          code: 'KNOWN_HOSTS_UNREADABLE',
          hint: 'Create it, or take ssh.knownHostsFile out of the daemon configuration and pin keys on the hosts.',
          cause,
        });
      }
    },
  };
}
