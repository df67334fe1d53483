import type { ResolvedProfile } from './resolve.ts';
import type { ClusterScope } from './values.ts';

/** What a profile needs of its cluster and does not find. Without a full stop. */
export interface UnmetNeed {
  message: string;
  /** JSON pointer in the Cluster's document. */
  pointer: string;
}

/** The first thing that a cluster would have to name for a profile, undefined = it names all. */
export function unmetNeed({ name, requires }: ResolvedProfile, scope: ClusterScope): UnmetNeed | undefined {
  const { network, containerManager } = scope.cluster.spec;
  const needs = `the HostProfile \`${name}\` needs a`;
  if (requires.has('network') && network === undefined) {
    return { message: `${needs} Network: name one in \`spec.network\``, pointer: '/spec/hostProfile' };
  }
  if (!requires.has('containerManager')) return undefined;
  if (containerManager === undefined) {
    return {
      message: `${needs} ContainerManager: name one in \`spec.containerManager\``,
      pointer: '/spec/hostProfile',
    };
  }
  if (scope.containerManager?.spec.type !== 'trivial') return undefined;
  const message = `${needs} ContainerManager with a server, and \`${containerManager}\` is trivial: name another`;
  return { message, pointer: '/spec/containerManager' };
}
