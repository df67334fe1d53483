import type { Facts } from '../facts.ts';
import { apk } from './apk.ts';
import { apt } from './apt.ts';
import type { FamilyName, HostFamily } from './family.ts';
import { bootc, rpmOstree } from './ostree.ts';
import { dnf, yum } from './rpm.ts';
import { zypper } from './zypper.ts';

/** Every family that this build knows. */
export const FAMILIES: readonly HostFamily[] = [apt, dnf, yum, zypper, apk, rpmOstree, bootc];

/** What of a host's facts decides its family. */
export type FamilyFacts = Pick<Facts, 'os' | 'osLike' | 'model' | 'packageTool'>;

/**
 * The family of a host: by how it was booted first, for an ostree host keeps the name of its OS; then by the OS, or what it says that
 * it is like. Undefined: not one that this build knows.
 */
export function familyNameOf({ os, osLike, model, packageTool }: FamilyFacts): FamilyName | undefined {
  if (model === 'bootc') return 'bootc';
  if (model === 'ostree') return 'rpm-ostree';
  for (const id of [os, ...osLike.split(' ')]) {
    if (id === 'debian' || id === 'ubuntu') return 'apt';
    if (id === 'fedora' || id === 'rhel' || id === 'centos') return packageTool === 'yum' ? 'yum' : 'dnf';
    if (id === 'suse' || id === 'sles' || id.startsWith('opensuse')) return 'zypper';
    if (id === 'alpine') return 'apk';
  }
  return undefined;
}

/** The builders of a family by the name that a journal holds. */
export function familyNamed(name: string): HostFamily | undefined {
  return FAMILIES.find((family) => family.name === name);
}
