import { createHash } from 'node:crypto';
import type { ProfileFile } from '../../../schema/generated/types.ts';
import { digestOf } from '../../model/digest.ts';
import type { Sensitive } from '../../model/sensitive.ts';

/** What profiles are given beside the inventory and the facts. */
export interface ProfileExtra {
  /** Name of the fleet in the daemon's configuration. */
  fleet: string;
  /** The etcd that flannel asks; absent: there is none that the hosts could ask. */
  etcd?: {
    /** `https://10.20.0.5:2379` */
    endpoints: readonly string[];
    ca?: Sensitive;
    clientCertificate?: Sensitive;
    clientKey?: Sensitive;
  };
  /** What stands in the files that the ContainerManager of the host's cluster names. */
  containerManager?: {
    ca?: Sensitive;
    clientCertificate?: Sensitive;
    clientKey?: Sensitive;
    token?: Sensitive;
  };
}

export type SecretName = NonNullable<ProfileFile['from']>;

/** What a file with `from` holds; undefined = it was not given. */
export function secretOf(name: SecretName, extra: ProfileExtra): Sensitive | undefined {
  const [room, field] = name.split('.') as ['etcd' | 'containerManager', string];
  return (extra[room] as Record<string, Sensitive | undefined> | undefined)?.[field];
}

const digests = new WeakMap<ProfileExtra, string>();

/** Another one means that something else was given. Secrets are in it as a hash. */
export function extraDigest(extra: ProfileExtra): string {
  let digest = digests.get(extra);
  if (digest === undefined) {
    const hashed = (secrets: object | undefined): object =>
      Object.fromEntries(
        Object.entries(secrets ?? {}).map(([name, secret]) => [
          name,
          isSecret(secret) ? hashOf(secret) : (secret as unknown),
        ]),
      );
    digest = digestOf([extra.fleet, extra.etcd === undefined, hashed(extra.etcd), hashed(extra.containerManager)]);
    digests.set(extra, digest);
  }
  return digest;
}

/** A secret as digests have it. */
export function hashOf(secret: Sensitive): string {
  return createHash('sha256').update(secret.reveal()).digest('hex');
}

function isSecret(value: unknown): value is Sensitive {
  return typeof value === 'object' && value !== null && 'reveal' in value;
}
