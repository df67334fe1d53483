import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { InvalidInput } from '../model/errors.ts';
import type { Resource } from '../model/resource.ts';
import { Sensitive } from '../model/sensitive.ts';
import type { ProfileSources } from '../config/daemon-config.ts';
import type { KindDeps } from '../kinds/context.ts';
import { extraDigest, type ProfileExtra } from '../kinds/host-profile/extra.ts';

type Manager = Resource<'ContainerManager'> | undefined;

/** Certificates and keys are smaller than this, in bytes. */
const MAX_CREDENTIAL = 65_536;
/** A file that was rotated is on the hosts within this time and one check, in milliseconds. */
const FRESH_MS = 5000;

/**
 * Gives profiles what this machine knows: the etcd of the hosts, and the credentials that a container manager names. They are read anew
 * every few seconds; while they are the same the answer is the same object, so that nothing is rendered again.
 */
export function profileExtras(
  fleet: string,
  sources: ProfileSources,
  now: () => number = () => performance.now(),
): KindDeps['profileExtra'] {
  const known = new Map<string, { at: number; text: string; extra: Promise<ProfileExtra> }>();
  return async (manager) => {
    const name = manager?.metadata.name ?? '';
    const text = JSON.stringify(manager?.spec ?? null);
    const before = known.get(name);
    if (before?.text === text && now() - before.at < FRESH_MS) return before.extra;
    const read = readExtra(fleet, sources, manager);
    const extra = before?.text === text ? sameOf(before.extra, read) : read;
    known.set(name, { at: now(), text, extra });
    extra.catch(() => known.delete(name));
    return extra;
  };
}

/** The older of two answers where they say the same. */
async function sameOf(before: Promise<ProfileExtra>, read: Promise<ProfileExtra>): Promise<ProfileExtra> {
  const [old, fresh] = await Promise.all([before, read]);
  return extraDigest(old) === extraDigest(fresh) ? old : fresh;
}

async function readExtra(
  fleet: string,
  { etcd, credentialsFolder }: ProfileSources,
  manager: Manager,
): Promise<ProfileExtra> {
  return {
    fleet,
    ...(etcd && {
      etcd: {
        endpoints: etcd.endpoints,
        ...(await secrets({ ca: etcd.caFile, clientCertificate: etcd.certFile, clientKey: etcd.keyFile })),
      },
    }),
    ...(manager && { containerManager: await managerSecrets(manager, credentialsFolder) }),
  };
}

async function managerSecrets(
  manager: NonNullable<Manager>,
  folder: string,
): Promise<ProfileExtra['containerManager']> {
  const { caFile, clientCertificateFrom, tokenFrom } = manager.spec;
  const files = {
    ca: caFile,
    clientCertificate: clientCertificateFrom?.certificateFile,
    clientKey: clientCertificateFrom?.keyFile,
    token: tokenFrom?.file,
  };
  return secrets(files, { folder, manager: manager.metadata.name });
}

interface Confines {
  folder: string;
  manager: string;
}

async function secrets(
  files: Record<string, string | undefined>,
  confines?: Confines,
): Promise<Record<string, Sensitive>> {
  const found: Record<string, Sensitive> = {};
  for (const [name, path] of Object.entries(files)) {
    if (path !== undefined) found[name] = await readCredential(path, confines);
  }
  return found;
}

async function readCredential(path: string, confines: Confines | undefined): Promise<Sensitive> {
  try {
    // Links are followed first: one that lies in the folder may point anywhere.
    const real = await realpath(path);
    if (confines && !real.startsWith(join(await realpath(confines.folder), sep)))
      return refuse(path, confines, 'lies elsewhere');
    const bytes = await readFile(real);
    if (bytes.length > MAX_CREDENTIAL) return refuse(path, confines, `is larger than ${MAX_CREDENTIAL} bytes`);
    return new Sensitive(bytes.toString('utf8'));
  } catch (cause) {
    if (cause instanceof InvalidInput) throw cause;
    return refuse(path, confines, `cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unreadable'})`);
  }
}

function refuse(path: string, confines: Confines | undefined, why: string): never {
  const who = confines ? `container manager ${confines.manager} names ${path}` : `profiles.etcd names ${path}`;
  throw new InvalidInput(`${who}, which ${why}`, {
    code: 'CREDENTIAL_UNREADABLE',
    hint: confines
      ? `Put it into ${confines.folder} on the daemon's machine (profiles.credentialsFolder), readable by the daemon.`
      : 'Check the path and that the daemon may read the file.',
  });
}
