/** The sorts of things that a profile brings about, in the order in which they are. */
export type ProfileItemKind = 'repository' | 'package' | 'file' | 'command' | 'service';

/** One difference between what a host should have and what it has. */
export interface ProfileChange {
  kind: ProfileItemKind;
  /** Name of the package, command or service; path of the file. */
  name: string;
  /**
   * What is done. `reload`: the service manager reads the service's changed definition anew. `forget`: nothing is done; the thing is
   * no longer ours, and the host's record stops saying that it is.
   */
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
    | 'reload'
    | 'remove'
    | 'restore'
    | 'forget';
  /** What differs, for people: `content`, `mode 0600 instead of 0644`. Never content. */
  why?: string;
  /** It is no longer wanted: what we did is undone. What the prune guard counts, `forget` aside. */
  leaving?: true;
}

/** What Intendant brought to a host, as the host's own record says. */
export interface ProfileItem {
  kind: ProfileItemKind;
  name: string;
  /**
   * How it was before. Packages and files: not there, or there and kept aside (files). What was as we want it already is not ours
   * and has no record. Services: `absent` = it was off and we switched it on, `kept` = it was on and we switched it off.
   */
  before: 'absent' | 'kept';
  /** For services: which of their two switches. */
  aspect?: 'enabled' | 'running';
}
