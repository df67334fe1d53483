import type { ProfileItem } from './changes.ts';

/** What stands at a path: symbolic links are not followed. */
export type SeenFile =
  | { state: 'absent' }
  | {
      state: 'regular';
      /** Hex; empty when the file is larger than any that a profile brings. */
      sha256: string;
      /** Octal, four digits. */
      mode: string;
      owner: string;
      group: string;
      /** Numeric owner and group, which a profile may name instead. */
      uid: string;
      gid: string;
      /** SELinux is on and would label it otherwise. */
      mislabelled?: true;
    }
  /** Something that is never replaced. */
  | { state: 'other'; what: 'symbolic link' | 'directory' | 'special file' };

/** A service as its manager knows it. */
export interface SeenService {
  /**
   * Whether it begins with the system: `fixed` = it cannot be switched (systemd: static, generated, indirect), which is right
   * whatever is wanted; `absent` = the manager does not know it; `masked` = somebody forbade it.
   */
  enabled: 'enabled' | 'disabled' | 'fixed' | 'masked' | 'absent';
  running: boolean;
  /** Its definition on disk is newer than the one that the manager holds. */
  reloadDue?: true;
}

/** What is there of a WantedHost, and of what the host's own record says that we brought. All of it is the host's word. */
export interface SeenHost {
  /** `none`: no service manager runs there, so that services can neither be seen nor switched. */
  manager: 'systemd' | 'openrc' | 'none';
  selinux: 'enforcing' | 'permissive' | 'off';
  /** Whether a package is installed, by name. */
  packages: ReadonlyMap<string, boolean>;
  /** By path: files and repositories. */
  files: ReadonlyMap<string, SeenFile>;
  /** What the guards said, by name of the command; `unknown` = the guard did not end in time. */
  commands: ReadonlyMap<string, 'done' | 'due' | 'unknown'>;
  services: ReadonlyMap<string, SeenService>;
  /** What we brought, in the order in which we did; empty on a new or reimaged host. */
  inventory: readonly ProfileItem[];
  /** Digest of the WantedHost that was last brought about whole; absent where none was, or a run was cut short since. */
  applied?: string;
  /** Services whose files changed and which were not restarted since: a run was cut short. */
  restartsDue: readonly string[];
  /** Which files restart which service, as it was when the last run ended. */
  restartOn: ReadonlyMap<string, readonly string[]>;
}
