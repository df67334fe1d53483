import type { FamilyName } from '../../reconciler/hosts/families/family.ts';
import type { ProfileExtra } from '../../reconciler/kinds/host-profile/extra.ts';
import type { ProfileFacts } from '../../reconciler/kinds/host-profile/values.ts';
import { Sensitive } from '../../reconciler/model/sensitive.ts';

/** What profiles are given, with its secrets as plain text. */
export interface GivenExtra {
  fleet: string;
  etcd?: { endpoints: string[] } & Record<string, unknown>;
  containerManager?: Record<string, string>;
}

export function extraOf({ fleet, etcd, containerManager }: GivenExtra): ProfileExtra {
  return {
    fleet,
    ...(etcd && { etcd: { ...secrets(etcd), endpoints: etcd.endpoints } }),
    ...(containerManager && { containerManager: secrets(containerManager) }),
  };
}

function secrets(texts: Record<string, unknown>): Record<string, Sensitive> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (typeof text === 'string' ? [[name, new Sensitive(text)]] : [])),
  );
}

/** Facts of a host of this family. */
export function factsOf(family: FamilyName | undefined, more: Partial<ProfileFacts> = {}): ProfileFacts {
  const systems: Record<FamilyName, [string, string]> = {
    apt: ['debian', '12'],
    dnf: ['fedora', '40'],
    yum: ['centos', '7'],
    zypper: ['opensuse-leap', '15.6'],
    apk: ['alpine', '3.20.3'],
    'rpm-ostree': ['fedora', '40'],
    bootc: ['centos', '9'],
  };
  const [os, osVersion] = family === undefined ? ['plan9', '4'] : systems[family];
  return { os, osVersion, architecture: 'x86_64', cpus: 4, memoryKb: 8_388_608, ...(family && { family }), ...more };
}
