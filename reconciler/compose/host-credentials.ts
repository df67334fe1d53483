import { readFile } from 'node:fs/promises';
import { resolveConnection } from '../../schema/defaults.ts';
import { fleetSpec } from '../kinds/fleet/spec.ts';
import { Transient } from '../model/errors.ts';
import { keyOf, type Inventory } from '../model/resource.ts';
import { Sensitive } from '../model/sensitive.ts';
import type { IdentityConfig } from '../ssh/identity.ts';
import type { ReadCredentials } from '../view/http/credentials.ts';

/** Longest key that is told, in bytes. */
const LARGEST_KEY = 64 * 1024;

export interface HostCredentialsOptions {
  /** Section `ssh.identities` of the configuration. */
  identities: Readonly<Record<string, IdentityConfig>>;
  inventory: () => Inventory;
}

/**
 * How hosts are logged in to, for those who may read that. The key is read anew each time, and only where the host's identity is
 * a key file: what an agent or a variable holds is nobody else's. Throws Transient `CREDENTIAL_UNREADABLE`, which names no
 * path.
 */
export function hostCredentials({ identities, inventory }: HostCredentialsOptions): ReadCredentials {
  return async ({ metadata: { name }, spec }, signal) => {
    const now = inventory();
    const cluster = spec.cluster === undefined ? undefined : now.get(keyOf('Cluster', spec.cluster))?.spec;
    const { user, identity } = resolveConnection(name, spec, cluster, fleetSpec(now));
    const config = Object.hasOwn(identities, identity) ? identities[identity] : undefined;
    if (!config) return undefined;
    if (config.keyFile === undefined) return { remoteUser: user };
    return { remoteUser: user, privateKey: await readKey(config.keyFile, identity, signal) };
  };
}

async function readKey(path: string, identity: string, signal: AbortSignal): Promise<Sensitive> {
  try {
    const bytes = await readFile(path, { signal });
    if (bytes.length <= LARGEST_KEY) return new Sensitive(bytes.toString('utf8'));
  } catch (cause) {
    throw unreadable(identity, cause);
  }
  throw unreadable(identity);
}

function unreadable(identity: string, cause?: unknown): Transient {
  return new Transient(`The key of the SSH identity ${identity} cannot be read.`, {
    code: 'CREDENTIAL_UNREADABLE',
    ...(cause !== undefined && { cause }),
  });
}
