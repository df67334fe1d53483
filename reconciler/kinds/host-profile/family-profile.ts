import type {
  HostProfileSpec,
  ProfileCommand,
  ProfileFamily,
  ProfileFile,
  ProfileRepository,
  ProfileService,
} from '../../../schema/generated/types.ts';
import type { FamilyName } from '../../hosts/families/family.ts';
import { familyNamed } from '../../hosts/families/registry.ts';
import type { ResolvedProfile } from './resolve.ts';

/** An item, and where it is written. */
export interface Placed<Item> {
  item: Item;
  /** The profile whose document holds it. */
  profile: string;
  /** JSON pointer in that document: `/spec/families/apt/files/0`. */
  pointer: string;
}

/** What a profile with all that it extends says for the hosts of one family, not rendered yet. */
export interface FamilyProfile {
  variables: Readonly<Record<string, string>>;
  repositories: readonly Placed<ProfileRepository>[];
  packages: readonly Placed<string>[];
  files: readonly Placed<ProfileFile>[];
  commands: readonly Placed<ProfileCommand>[];
  services: readonly Placed<ProfileService>[];
}

const known = new WeakMap<ResolvedProfile, Map<FamilyName, FamilyProfile>>();

/** What a profile says for one family; worked out once. */
export function familyProfile(profile: ResolvedProfile, family: FamilyName): FamilyProfile {
  const families = known.get(profile) ?? new Map<FamilyName, FamilyProfile>();
  known.set(profile, families);
  let found = families.get(family);
  if (!found) {
    found = merge(profile, family);
    families.set(family, found);
  }
  return found;
}

const LISTS = ['repositories', 'packages', 'files', 'commands', 'services'] as const;

type Merged = Record<(typeof LISTS)[number], Map<string, Placed<unknown>>>;

function merge({ layers }: ResolvedProfile, family: FamilyName): FamilyProfile {
  const variables: Record<string, string> = {};
  const merged = Object.fromEntries(LISTS.map((list) => [list, new Map()])) as Merged;
  for (const { profile, spec } of layers) {
    for (const { part, pointer } of partsFor(spec, family)) {
      Object.assign(variables, part.variables);
      for (const list of LISTS) {
        for (const name of part.remove?.[list] ?? []) merged[list].delete(name);
        for (const [index, item] of (part[list] ?? []).entries()) {
          // Written again, it comes after what else is inherited: services and commands have an order.
          merged[list].delete(nameOf(item));
          merged[list].set(nameOf(item), { item, profile, pointer: `${pointer}/${list}/${index}` });
        }
      }
    }
  }
  // What hosts made of images have of packages comes with their image.
  if (familyNamed(family)?.images) for (const list of ['repositories', 'packages'] as const) merged[list].clear();
  const lists = Object.fromEntries(LISTS.map((list) => [list, [...merged[list].values()]]));
  return { variables, ...lists } as unknown as FamilyProfile;
}

/** The common part, then the family's own. */
function partsFor(spec: HostProfileSpec, family: FamilyName): { part: ProfileFamily; pointer: string }[] {
  const parts = [{ part: spec as ProfileFamily, pointer: '/spec' }];
  const name = spec.families?.[family] ? family : LIKE_DNF.has(family) ? 'dnf' : undefined;
  const own = name && spec.families?.[name];
  return own ? [...parts, { part: own, pointer: `/spec/families/${name}` }] : parts;
}

/** Families that are told what `dnf` is told, where nothing is said to them. */
const LIKE_DNF: ReadonlySet<FamilyName> = new Set<FamilyName>(['yum', 'rpm-ostree', 'bootc']);

/** What an item is known by. */
export function nameOf(item: string | { name: string } | { path: string }): string {
  if (typeof item === 'string') return item;
  return 'path' in item ? item.path : item.name;
}
