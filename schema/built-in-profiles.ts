/** HostProfiles that are there without a document. What is in them stands in `reconciler/kinds/host-profile/built-in/`. */
export const BUILT_IN_PROFILES = ['docker', 'docker-flannel', 'kubernetes-node'] as const;

/** The name of a HostProfile that is there without a document. */
export type BuiltInProfile = (typeof BUILT_IN_PROFILES)[number];
