import { createHash } from 'node:crypto';
import { Sensitive } from '../../model/sensitive.ts';

/**
 * What one host should have: a profile, resolved for the host's family and rendered. Items of one sort are in the order in which
 * they are brought about; the sorts follow one another as the fields do.
 */
export interface WantedHost {
  /** Hex digest of everything below: another one means that something else is wanted. */
  digest: string;
  /** Files that must be there before packages are installed: package repositories and their keys. */
  repositories: readonly WantedFile[];
  packages: readonly string[];
  files: readonly WantedFile[];
  commands: readonly WantedCommand[];
  services: readonly WantedService[];
}

/** A regular file with exactly this content, mode and owner. */
export interface WantedFile {
  /** Absolute, without `.`, `..` or control characters. */
  path: string;
  content: string | Sensitive;
  /** Octal, four digits: `0644`. */
  mode: string;
  owner: string;
  group: string;
  /** Must end with 0 before the file takes its place; the word `{}` is the path of the new file beside its target. */
  check?: readonly string[];
}

/** A command that brings something about which none of the other items can. */
export interface WantedCommand {
  name: string;
  /** POSIX script, or one whose first line names an interpreter. */
  script: string;
  /** A script that only looks: it ends with 0 where there is nothing to do. */
  unless: string;
}

export interface WantedService {
  /** As the service manager knows it: `docker`. */
  name: string;
  /** Begins with the system. */
  enabled: boolean;
  /** Runs now. */
  running: boolean;
  /** Files of this profile whose change restarts it. */
  restartOn: readonly string[];
}

/** Nothing at all: a host that should have this is to lose whatever we brought. */
export const NOTHING_WANTED: WantedHost = {
  digest: 'nothing',
  repositories: [],
  packages: [],
  files: [],
  commands: [],
  services: [],
};

/** SHA-256 of a file's content in hex. Never shown: it would tell whether a guess at a secret is right. */
export function contentDigest({ content }: WantedFile): string {
  return createHash('sha256')
    .update(content instanceof Sensitive ? content.reveal() : content)
    .digest('hex');
}
