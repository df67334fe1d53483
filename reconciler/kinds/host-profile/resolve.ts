import type { HostProfileSpec } from '../../../schema/generated/types.ts';
import { digestOf } from '../../model/digest.ts';
import type { Impossible } from './impossible.ts';
import { impossible } from './impossible.ts';
import type { ProfileSource } from './profile-of.ts';
import { profileSpec } from './profile-of.ts';

/** One profile of those that make up another. */
export interface ProfileLayer {
  profile: string;
  spec: HostProfileSpec;
}

/** A profile with all that it extends. The same object as long as none of them changes. */
export interface ResolvedProfile {
  name: string;
  /** Each once, what is extended before what extends it; later ones go before earlier ones. */
  layers: readonly ProfileLayer[];
  /** What a cluster with it must name. */
  requires: ReadonlySet<'network' | 'containerManager'>;
  /** Digest of what the layers bring. */
  digest: string;
}

/** Profiles that extend one another in a row. */
export const MOST_LEVELS = 16;

/** By the profile's own spec: a document that changes has another. */
const known = new WeakMap<HostProfileSpec, ResolvedProfile>();

/** A profile with all that it extends, or why there is none. */
export function resolveProfile(
  name: string,
  source: ProfileSource,
): { profile: ResolvedProfile } | { impossible: Impossible } {
  const layers: ProfileLayer[] = [];
  const fault = collect(name, source, layers, []);
  if (fault) return { impossible: fault };
  const spec = layers.at(-1)!.spec;
  const before = known.get(spec);
  if (before && sameLayers(before.layers, layers)) return { profile: before };
  const profile: ResolvedProfile = {
    name,
    layers,
    requires: new Set(layers.flatMap((layer) => layer.spec.requires ?? [])),
    digest: digestOf(layers.map(({ profile: of, spec: said }) => [of, { ...said, description: '', selfHeal: false }])),
  };
  known.set(spec, profile);
  return { profile };
}

function collect(name: string, source: ProfileSource, layers: ProfileLayer[], path: string[]): Impossible | undefined {
  if (layers.some(({ profile }) => profile === name)) return undefined;
  const round = path.indexOf(name);
  if (round >= 0) {
    const way = [...path.slice(round), name].join(' → ');
    return impossible('PROFILE_CYCLE', `The HostProfile \`${name}\` extends itself: ${way}.`).impossible;
  }
  if (path.length >= MOST_LEVELS) {
    const message = `The HostProfile \`${path[0]}\` extends others over more than ${MOST_LEVELS} levels.`;
    return impossible('PROFILE_TOO_DEEP', message).impossible;
  }
  const spec = profileSpec(name, source);
  if (!spec) return impossible('PROFILE_UNKNOWN', `There is no HostProfile \`${name}\`.`).impossible;
  for (const base of spec.extends ?? []) {
    const fault = collect(base, source, layers, [...path, name]);
    if (fault) return fault;
  }
  layers.push({ profile: name, spec });
  return undefined;
}

function sameLayers(one: readonly ProfileLayer[], other: readonly ProfileLayer[]): boolean {
  return one.length === other.length && one.every(({ spec }, index) => spec === other[index]!.spec);
}
