import type { DaemonConfig } from '../config/daemon-config.ts';

/** Folder on the hosts for the records of guarded steps: the configured one, or one of the fleet's own. */
export function stepsRootOf({ ssh, fleet }: DaemonConfig): string {
  return ssh.stepsRoot ?? `/var/lib/intendant/${fleet}/steps`;
}
