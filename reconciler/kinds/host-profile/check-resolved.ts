import type { FamilyName } from '../../hosts/families/family.ts';
import { didYouMean } from '../../../schema/suggest.ts';
import type { ProfileFinding } from './check-file.ts';
import { placeOf } from './check-file.ts';
import type { FamilyProfile } from './family-profile.ts';
import { familyProfile } from './family-profile.ts';
import { templateOf } from './render-file.ts';
import { repositoryFiles } from './repositories.ts';
import type { ResolvedProfile } from './resolve.ts';

const FAMILIES: readonly FamilyName[] = ['apt', 'dnf', 'yum', 'zypper', 'apk', 'rpm-ostree', 'bootc'];

const known = new WeakMap<ResolvedProfile, readonly ProfileFinding[]>();

/** What does not fit together in a profile with all that it extends, said of its own document. Worked out once. */
export function checkResolved(profile: ResolvedProfile): readonly ProfileFinding[] {
  let findings = known.get(profile);
  if (!findings) {
    findings = find(profile);
    known.set(profile, findings);
  }
  return findings;
}

function find(profile: ResolvedProfile): ProfileFinding[] {
  const found = new Map<string, { finding: ProfileFinding; families: FamilyName[] }>();
  for (const family of FAMILIES) {
    const said = familyProfile(profile, family);
    for (const finding of [
      ...strayRestarts(profile.name, said),
      ...undeclared(profile.name, said),
      ...clashes(profile.name, said, family),
    ]) {
      const key = JSON.stringify([finding.pointer, finding.inText, finding.message]);
      const same = found.get(key);
      if (same) same.families.push(family);
      else found.set(key, { finding, families: [family] });
    }
  }
  return [...found.values()].map(({ finding, families }) =>
    families.length === FAMILIES.length
      ? finding
      : { ...finding, message: `for ${families.join(', ')}: ${finding.message}` },
  );
}

/** Files that restart a service which the profile does not have. */
function strayRestarts(name: string, { files, services }: FamilyProfile): ProfileFinding[] {
  const there = services.map(({ item }) => item.name);
  return files.flatMap(({ item, profile, pointer }) =>
    (item.restarts ?? []).flatMap((service, index) => {
      if (there.includes(service)) return [];
      const code = 'unknown-service';
      if (profile !== name) {
        const message = `the file ${item.path} that it has from \`${profile}\` restarts \`${service}\`, which it has not: add the service, or remove the file too`;
        return [{ code, message, pointer: '/spec/extends' }];
      }
      const guess = didYouMean(service, there) || ': add it to `services`';
      const message = `the profile has no service \`${service}\`${guess}`;
      return [{ code, message, pointer: `${pointer}/restarts/${index}` }];
    }),
  );
}

/** Its own templates that speak of variables which neither it nor what it extends has. */
function undeclared(name: string, { files, variables }: FamilyProfile): ProfileFinding[] {
  return files.flatMap(({ item, profile, pointer }) => {
    if (profile !== name || item.template === undefined) return [];
    const parsed = templateOf(item);
    if ('fault' in parsed) return [];
    return parsed.template.reads.flatMap((read) => {
      const [root, variable] = read.path;
      if (root !== 'vars' || variable === undefined || Object.hasOwn(variables, variable)) return [];
      const guess = didYouMean(variable, Object.keys(variables)) || ': add it to `variables`, be it as an empty text';
      const message = `there is no variable \`vars.${variable}\`${guess}`;
      return [{ code: 'unknown-variable', message, pointer: `${pointer}/template`, inText: placeOf(read) }];
    });
  });
}

/** Its own files that stand where another file, or a folder of one, has to be. */
function clashes(name: string, { files, repositories }: FamilyProfile, family: FamilyName): ProfileFinding[] {
  const brought = new Set(repositories.flatMap(({ item }) => repositoryFiles(item, family)).map(({ path }) => path));
  const folders = new Set([...brought, ...files.map(({ item }) => item.path)].flatMap(foldersOf));
  return files.flatMap(({ item, profile, pointer }) => {
    if (profile !== name) return [];
    const at = { code: 'path-used-twice', pointer: `${pointer}/path` };
    if (brought.has(item.path))
      return [{ ...at, message: `${item.path} is the file of a repository: take another path` }];
    if (folders.has(item.path))
      return [{ ...at, message: `${item.path} is the folder of another file: take another path` }];
    return [];
  });
}

/** `/a/b/c` → `/a`, `/a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}
