import type { OperationSpec } from '../../../schema/generated/types.ts';
import { familyNamed } from '../../hosts/families/registry.ts';
import { keyOf } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { nameSome } from '../../rollout/decide.ts';

/** Hosts on which an upgrade or a deployment is going to fail for what they are, as far as that is known. */
export function familyWarnings(
  spec: OperationSpec,
  hosts: readonly string[],
  statusOf: (key: string) => ObjectStatus | undefined,
): string[] {
  if (spec.type !== 'upgrade' && spec.type !== 'deploy') return [];
  const known = hosts.flatMap((host) => {
    const facts = statusOf(keyOf('Host', host))?.detail.facts;
    if (facts === null || typeof facts !== 'object' || Array.isArray(facts)) return [];
    return [{ host, os: facts.os, family: typeof facts.family === 'string' ? facts.family : undefined }];
  });
  const foreign = known.filter(({ family }) => family === undefined);
  const ofPackages = known.filter(({ family }) => family !== undefined && !familyNamed(family)?.images);
  return [
    ...warn('have an operating system that cannot be upgraded or deployed, and will fail untouched', foreign),
    ...(spec.type === 'deploy'
      ? warn('are made of packages and have no versions to deploy; they will fail untouched', ofPackages)
      : []),
  ];
}

function warn(what: string, hosts: readonly { host: string }[]): string[] {
  return hosts.length === 0 ? [] : [`these ${what}: ${nameSome(hosts.map(({ host }) => host))}`];
}
