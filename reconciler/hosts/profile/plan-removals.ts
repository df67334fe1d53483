import type { ProfileChange, ProfileItem } from './changes.ts';
import { ABSENT_SERVICE } from './plan-services.ts';
import type { SeenFile, SeenHost, SeenService } from './seen.ts';
import type { WantedHost } from './wanted.ts';

type Action = ProfileChange['action'];

/** The sorts in the order in which they go: a service before its files, its files before the package they may belong to. */
const ORDER = ['stop', 'start', 'disable', 'enable', 'service', 'file', 'package', 'repository', 'command'];

/**
 * What is undone because it is no longer wanted: only what the host's record says that we brought, the newest first. What is gone
 * already, or is no longer what we brought, is forgotten.
 */
export function planRemovals(wanted: WantedHost, seen: SeenHost): ProfileChange[] {
  const paths = new Set([...wanted.repositories, ...wanted.files].map(({ path }) => path));
  const packages = new Set(wanted.packages);
  const services = new Set(wanted.services.map(({ name }) => name));
  const isWanted = ({ kind, name }: ProfileItem): boolean =>
    kind === 'package' ? packages.has(name) : kind === 'service' ? services.has(name) : paths.has(name);

  const changes = new Map<string, ProfileChange>();
  for (const item of [...seen.inventory].reverse()) {
    if (isWanted(item)) continue;
    const done = undo(item, seen);
    if (!done) continue;
    const change: ProfileChange = { kind: item.kind, name: item.name, ...done, leaving: true };
    changes.set(`${change.kind} ${change.action} ${change.name}`, change);
  }
  const rank = ({ kind, action }: ProfileChange): number =>
    Math.max(ORDER.indexOf(kind === 'service' ? action : kind), kind === 'service' && action === 'forget' ? 4 : 0);
  return [...changes.values()].sort((one, other) => rank(one) - rank(other));
}

/** Undefined: the host did not say how it is, so nothing is done about it now. */
function undo(
  { kind, name, before, aspect }: ProfileItem,
  seen: SeenHost,
): { action: Action; why?: string } | undefined {
  switch (kind) {
    case 'package': {
      const installed = seen.packages.get(name);
      return installed === undefined ? undefined : { action: installed ? 'remove' : 'forget' };
    }
    case 'file':
    case 'repository': {
      const file = seen.files.get(name);
      return file && undoFile(before, file);
    }
    case 'service':
      if (seen.manager === 'none') return undefined;
      return { action: undoService(before, aspect, seen.services.get(name) ?? ABSENT_SERVICE) };
    case 'command':
      return { action: 'forget' };
  }
}

function undoFile(before: ProfileItem['before'], file: SeenFile): { action: Action; why?: string } {
  if (file.state === 'other') return { action: 'forget', why: `a ${file.what} stands there now` };
  if (before === 'kept') return { action: 'restore' };
  return { action: file.state === 'regular' ? 'remove' : 'forget' };
}

function undoService(before: ProfileItem['before'], aspect: ProfileItem['aspect'], seen: SeenService): Action {
  if (aspect === 'enabled') {
    if (before === 'absent') return seen.enabled === 'enabled' ? 'disable' : 'forget';
    return seen.enabled === 'disabled' ? 'enable' : 'forget';
  }
  if (before === 'absent') return seen.running ? 'stop' : 'forget';
  return !seen.running && seen.enabled !== 'absent' && seen.enabled !== 'masked' ? 'start' : 'forget';
}
