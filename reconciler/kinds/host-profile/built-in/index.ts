import type { BuiltInProfile } from '../../../../schema/built-in-profiles.ts';
import type { HostProfileSpec } from '../../../../schema/generated/types.ts';
import { DOCKER } from './docker.ts';
import { DOCKER_FLANNEL } from './docker-flannel.ts';
import { KUBERNETES_NODE } from './kubernetes-node.ts';

/** Profiles that are there without a document, as a document would write them. */
export const BUILT_IN: Readonly<Record<BuiltInProfile, HostProfileSpec>> = {
  docker: DOCKER,
  'docker-flannel': DOCKER_FLANNEL,
  'kubernetes-node': KUBERNETES_NODE,
};
