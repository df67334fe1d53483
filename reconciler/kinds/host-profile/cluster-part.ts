import type { ProfileFile } from '../../../schema/generated/types.ts';
import type { FamilyName } from '../../hosts/families/family.ts';
import type { WantedCommand, WantedFile, WantedHost, WantedService } from '../../hosts/profile/wanted.ts';
import { digestOf } from '../../model/digest.ts';
import type { JsonObject } from '../../model/json.ts';
import { Sensitive } from '../../model/sensitive.ts';
import type { ProfileExtra } from './extra.ts';
import { extraDigest, hashOf } from './extra.ts';
import type { FamilyProfile, Placed } from './family-profile.ts';
import { familyProfile } from './family-profile.ts';
import type { Impossible } from './impossible.ts';
import { isPerHost, renderFile } from './render-file.ts';
import { repositoryFiles } from './repositories.ts';
import type { ResolvedProfile } from './resolve.ts';
import type { ClusterScope } from './values.ts';
import { clusterValues } from './values.ts';

/** What the hosts of one family in one cluster have in common; their own files are rendered one by one. */
export interface ClusterPart {
  values: JsonObject;
  scope: ClusterScope;
  /** In the order of the profile: rendered already, or to be rendered for each host. */
  files: readonly (WantedFile | Placed<ProfileFile>)[];
  /** All the rest; with the files it is what a host should have. */
  rest: Omit<WantedHost, 'digest' | 'files'>;
  /** No file differs from host to host: this is what all have. */
  same?: WantedHost;
}

const known = new WeakMap<ResolvedProfile, Map<string, { key: string; answer: ClusterPartAnswer }>>();

export type ClusterPartAnswer = { part: ClusterPart } | { impossible: Impossible };

/** Worked out once for each cluster and family, as long as nothing that goes into it changes. */
export function clusterPart(
  profile: ResolvedProfile,
  family: FamilyName,
  scope: ClusterScope,
  extra: ProfileExtra,
): ClusterPartAnswer {
  const parts = known.get(profile) ?? new Map<string, { key: string; answer: ClusterPartAnswer }>();
  known.set(profile, parts);
  const place = `${scope.cluster.metadata.name} ${family}`;
  const key = [scope.network?.digest, scope.containerManager?.digest, extraDigest(extra)].join(' ');
  const before = parts.get(place);
  if (before?.key === key) return before.answer;
  const answer = render(familyProfile(profile, family), family, scope, extra);
  parts.set(place, { key, answer });
  return answer;
}

function render(said: FamilyProfile, family: FamilyName, scope: ClusterScope, extra: ProfileExtra): ClusterPartAnswer {
  const values = clusterValues(scope, said.variables, extra);
  const files: (WantedFile | Placed<ProfileFile>)[] = [];
  for (const placed of said.files) {
    if (isPerHost(placed)) {
      files.push(placed);
      continue;
    }
    const answer = renderFile(placed, values, scope, extra);
    if ('impossible' in answer) return answer;
    if (answer.file) files.push(answer.file);
  }
  const rest = {
    repositories: said.repositories.flatMap(({ item }) => repositoryFiles(item, family)),
    packages: said.packages.map(({ item }) => item).sort(),
    commands: said.commands.map(({ item }): WantedCommand => ({ ...item })),
    services: said.services.map(({ item }): WantedService => ({
      name: item.name,
      enabled: item.enabled ?? true,
      running: item.running ?? true,
      restartOn: said.files
        .filter(({ item: file }) => file.restarts?.includes(item.name))
        .map(({ item: file }) => file.path),
    })),
  };
  const part: ClusterPart = { values, scope, files, rest };
  const all = files.filter((file): file is WantedFile => !('item' in file));
  return { part: all.length === files.length ? { ...part, same: wantedHost(rest, all) } : part };
}

/** Everything together, with its digest. */
export function wantedHost(rest: ClusterPart['rest'], files: readonly WantedFile[]): WantedHost {
  // A file that is left out here restarts nothing.
  const present = new Set(files.map(({ path }) => path));
  const services = rest.services.map((service) => ({
    ...service,
    restartOn: service.restartOn.filter((path) => present.has(path)),
  }));
  const digest = digestOf([restDigest(rest), files.map(fileDigest)]);
  return { digest, repositories: rest.repositories, packages: rest.packages, files, commands: rest.commands, services };
}

const restDigests = new WeakMap<ClusterPart['rest'], string>();
const fileDigests = new WeakMap<WantedFile, string>();

/** Shared by the hosts of a cluster, and digested once for all of them. Which files a service restarts on follows from the files. */
function restDigest(rest: ClusterPart['rest']): string {
  const digest = restDigests.get(rest) ?? digestOf(rest);
  restDigests.set(rest, digest);
  return digest;
}

function fileDigest(file: WantedFile): string {
  const hashed = file.content instanceof Sensitive ? { ...file, content: { hash: hashOf(file.content) } } : file;
  const digest = fileDigests.get(file) ?? digestOf(hashed);
  fileDigests.set(file, digest);
  return digest;
}
