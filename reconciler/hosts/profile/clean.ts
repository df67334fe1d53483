import type { HostFamily } from '../families/family.ts';
import { convergeLines } from './converge.ts';
import type { ProfilePlace } from './inventory.ts';
import { planChanges } from './plan-changes.ts';
import type { SeenHost } from './seen.ts';
import { NOTHING_WANTED } from './wanted.ts';

/**
 * One POSIX script that undoes everything that the host's record says that we brought, and removes the record: for a host that leaves
 * the fleet with `onRemove: clean`. It may be cut short anywhere and run again after a new look, with NOTHING_WANTED.
 */
export function cleanScript(family: HostFamily, seen: SeenHost, place: ProfilePlace): string {
  const changes = planChanges(NOTHING_WANTED, seen);
  const lines = convergeLines(family, NOTHING_WANTED, changes, place, { clean: true });
  return [...lines, 'trap - EXIT', 'rm -rf "$p" || die "$p cannot be removed"', ''].join('\n');
}
