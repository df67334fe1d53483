import type { SeenHost } from '../../reconciler/hosts/profile/seen.ts';

/** A host on which nothing is there of what anybody wants, and which has no record. */
export function seenHost(more: Partial<SeenHost> = {}): SeenHost {
  return {
    manager: 'systemd',
    selinux: 'off',
    packages: new Map(),
    files: new Map(),
    commands: new Map(),
    services: new Map(),
    inventory: [],
    restartsDue: [],
    restartOn: new Map(),
    ...more,
  };
}
