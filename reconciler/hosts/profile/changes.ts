/** The sorts of things that a profile brings about, in the order in which they are. */
export type ProfileItemKind = 'repository' | 'package' | 'file' | 'command' | 'service';

/** One difference between what a host should have and what it has. */
export interface ProfileChange {
  kind: ProfileItemKind;
  /** Name of the package, command or service; path of the file. */
  name: string;
  action:
    | 'install'
    | 'create'
    | 'replace'
    | 'run'
    | 'enable'
    | 'disable'
    | 'start'
    | 'stop'
    | 'restart'
    | 'remove'
    | 'restore';
  /** What differs, for people: `content`, `mode 0600 instead of 0644`. Never content. */
  why?: string;
}

/** What Intendant brought to a host, as the host's own record says. */
export interface ProfileItem {
  kind: ProfileItemKind;
  name: string;
  /** How it was before: not there, or there and kept aside (files), or as we want it already (then it is not ours). */
  before: 'absent' | 'kept';
}
