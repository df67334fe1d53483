import type { ProfileChange } from './changes.ts';
import { planFile } from './plan-files.ts';
import { planRemovals } from './plan-removals.ts';
import { planServices } from './plan-services.ts';
import type { SeenHost } from './seen.ts';
import type { WantedHost } from './wanted.ts';

/**
 * What has to be done so that a host has what it should, in the order in which it is done: repositories, packages, files, commands,
 * services, then what we brought and is no longer wanted, and last the services that restart because a file of theirs went. Empty:
 * the host is as wanted. What we did not bring is never undone.
 */
export function planChanges(wanted: WantedHost, seen: SeenHost): ProfileChange[] {
  const files = [
    ...wanted.repositories.map((file) => planFile('repository', file, seen.files.get(file.path))),
    ...wanted.files.map((file) => planFile('file', file, seen.files.get(file.path))),
  ].filter((change) => change !== undefined);
  const packages = [...new Set(wanted.packages)]
    .filter((name) => !seen.packages.get(name))
    .map((name): ProfileChange => ({ kind: 'package', name, action: 'install' }));
  const leaving = planRemovals(wanted, seen);
  const services = planServices(wanted, seen, {
    changed: namesOf(files),
    leaving: namesOf(
      leaving.filter(({ kind, action }) => (kind === 'file' || kind === 'repository') && action !== 'forget'),
    ),
  });
  return [
    ...files.filter(({ kind }) => kind === 'repository'),
    ...packages,
    ...files.filter(({ kind }) => kind === 'file'),
    ...planCommands(wanted, seen),
    ...services.now,
    ...leaving,
    ...services.last,
  ];
}

function planCommands(wanted: WantedHost, seen: SeenHost): ProfileChange[] {
  return wanted.commands.flatMap(({ name }): ProfileChange[] => {
    const said = seen.commands.get(name);
    if (said === 'done') return [];
    const why = said === 'unknown' ? { why: 'its guard did not end in time' } : {};
    return [{ kind: 'command', name, action: 'run', ...why }];
  });
}

function namesOf(changes: readonly ProfileChange[]): ReadonlySet<string> {
  return new Set(changes.map(({ name }) => name));
}
