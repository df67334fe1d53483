import type { ProfileItem } from './changes.ts';
import type { SeenFile, SeenHost } from './seen.ts';
import { contentDigest, type WantedFile, type WantedHost } from './wanted.ts';

/**
 * A host that was bare and has all of this, and nothing else: what it would tell if it were looked at. For plans of what another
 * profile would change.
 */
export function seenAs({ digest, repositories, packages, files, commands, services }: WantedHost): SeenHost {
  const regular = (file: WantedFile): [string, SeenFile] => {
    const { mode, owner, group } = file;
    return [file.path, { state: 'regular', sha256: contentDigest(file), mode, owner, group, uid: owner, gid: group }];
  };
  const brought = (kind: ProfileItem['kind'], name: string): ProfileItem => ({ kind, name, before: 'absent' });
  return {
    manager: 'systemd',
    selinux: 'off',
    packages: new Map(packages.map((name) => [name, true])),
    files: new Map([...repositories, ...files].map(regular)),
    commands: new Map(commands.map(({ name }) => [name, 'done'])),
    services: new Map(
      services.map(({ name, enabled, running }) => [name, { enabled: enabled ? 'enabled' : 'disabled', running }]),
    ),
    inventory: [
      ...repositories.map(({ path }) => brought('repository', path)),
      ...packages.map((name) => brought('package', name)),
      ...files.map(({ path }) => brought('file', path)),
      ...services.flatMap(({ name, enabled, running }): ProfileItem[] => [
        ...(enabled ? [{ ...brought('service', name), aspect: 'enabled' as const }] : []),
        ...(running ? [{ ...brought('service', name), aspect: 'running' as const }] : []),
      ]),
    ],
    applied: digest,
    restartsDue: [],
    restartOn: new Map(services.map(({ name, restartOn }) => [name, restartOn])),
  };
}
