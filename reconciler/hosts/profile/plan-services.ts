import type { ProfileChange } from './changes.ts';
import type { SeenHost, SeenService } from './seen.ts';
import type { WantedHost, WantedService } from './wanted.ts';

/** Paths of files that are written, and of files that go, in the same plan. */
export interface TouchedFiles {
  changed: ReadonlySet<string>;
  leaving: ReadonlySet<string>;
}

/** What a manager says of a service that it does not know. */
export const ABSENT_SERVICE: SeenService = { enabled: 'absent', running: false };

/** `last`: restarts that have to wait until the files that have left the profile are gone. A service is started or restarted, never both. */
export function planServices(
  wanted: WantedHost,
  seen: SeenHost,
  touched: TouchedFiles,
): { now: ProfileChange[]; last: ProfileChange[] } {
  const now: ProfileChange[] = [];
  const last: ProfileChange[] = [];
  for (const service of wanted.services) {
    const state = seen.services.get(service.name) ?? ABSENT_SERVICE;
    const change = (action: ProfileChange['action'], why?: string): ProfileChange => ({
      kind: 'service',
      name: service.name,
      action,
      ...(why === undefined ? {} : { why }),
    });
    if (state.reloadDue) now.push(change('reload', 'its definition changed'));
    if (service.enabled && ['disabled', 'masked', 'absent'].includes(state.enabled)) {
      now.push(change('enable', state.enabled === 'masked' ? 'it is masked' : undefined));
    }
    if (!service.enabled && state.enabled === 'enabled') now.push(change('disable'));
    if (!service.running && state.running) now.push(change('stop'));
    if (!service.running) continue;
    const restart = restartReason(service, seen, touched);
    const when = restart?.last ? last : now;
    if (!state.running) when.push(change('start'));
    else if (restart) when.push(change('restart', restart.why));
  }
  return { now, last };
}

function restartReason(
  { name, restartOn }: WantedService,
  seen: SeenHost,
  { changed, leaving }: TouchedFiles,
): { why: string; last?: true } | undefined {
  const paths = [...new Set([...restartOn, ...(seen.restartOn.get(name) ?? [])])];
  const going = paths.find((path) => leaving.has(path));
  if (going !== undefined) return { why: `${going} goes`, last: true };
  const written = paths.find((path) => changed.has(path));
  if (written !== undefined) return { why: `${written} changes` };
  if (seen.restartsDue.includes(name)) return { why: 'a file of it changed and it was not restarted since' };
  return undefined;
}
