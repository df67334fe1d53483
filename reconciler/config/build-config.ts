import { isAbsolute, resolve } from 'node:path';
import type {
  DaemonAuth,
  DaemonConfig as DaemonDocument,
  DaemonEtcd,
  SshIdentity,
} from '../../schema/generated/types.ts';
import { parseDuration } from '../model/duration.ts';
import type { Sensitive } from '../model/sensitive.ts';
import type { IdentityConfig } from '../ssh/identity.ts';
import type { DaemonConfig, EtcdConfig, GitAuth, SshConfig } from './daemon-config.ts';
import { readSecret, readText, type SecretPlaces } from './secrets.ts';

/** A valid document with its defaults filled in, secrets read and paths made absolute. Throws InvalidInput for what cannot be read. */
export async function buildConfig(document: DaemonDocument, places: SecretPlaces): Promise<DaemonConfig> {
  const { repository, status = {}, store = {} } = document;
  const auth = await gitAuth('repository.auth', repository.auth, places);
  const ca = await optionalText('repository.caFile', repository.caFile, places);
  const url = absoluteUrl(repository.url, places);
  return {
    fleet: document.fleet,
    state: resolve(places.folder, document.state),
    repository: {
      url,
      auth,
      ...(ca === undefined ? {} : { ca }),
      branch: repository.branch ?? 'main',
      path: (repository.path ?? '').replace(/^\/+|\/+$/g, ''),
      pollMs: parseDuration(repository.poll ?? '30s'),
    },
    status: {
      url: status.url === undefined ? url : absoluteUrl(status.url, places),
      auth: status.auth === undefined ? auth : await gitAuth('status.auth', status.auth, places),
      ...withText('ca', status.caFile === undefined ? ca : await readText('status.caFile', status.caFile, places)),
    },
    store: store.etcd === undefined ? { type: 'embedded' } : { type: 'etcd', ...(await etcd(store.etcd, places)) },
    ssh: await ssh(document, places),
    ...(document.acceptRevision === undefined ? {} : { acceptRevision: document.acceptRevision }),
  };
}

async function gitAuth(field: string, auth: DaemonAuth | undefined, places: SecretPlaces): Promise<GitAuth> {
  if (auth === undefined) return { hostKeys: [] };
  const password = await readSecret(`${field}.password`, { file: auth.passwordFile, env: auth.passwordEnv }, places);
  const token = await readSecret(`${field}.token`, { file: auth.tokenFile, env: auth.tokenEnv }, places);
  const knownHosts = await optionalText(`${field}.knownHostsFile`, auth.knownHostsFile, places);
  const named = auth.keyFile !== undefined || auth.keyEnv !== undefined || auth.agent === true;
  return {
    ...withText('username', auth.username),
    ...withSecret('password', password),
    ...withSecret('token', token),
    ...(named ? { identity: identity(auth, places) } : {}),
    hostKeys: auth.hostKeys ?? [],
    ...withText('knownHosts', knownHosts),
  };
}

async function etcd(document: DaemonEtcd, places: SecretPlaces): Promise<EtcdConfig> {
  const from = { file: document.passwordFile, env: document.passwordEnv };
  return {
    endpoints: document.endpoints,
    ...withText('ca', await optionalText('store.etcd.caFile', document.caFile, places)),
    ...withText('certificate', await optionalText('store.etcd.certFile', document.certFile, places)),
    ...withSecret('key', await readSecret('store.etcd.key', { file: document.keyFile }, places)),
    ...withText('username', document.username),
    ...withSecret('password', await readSecret('store.etcd.password', from, places)),
  };
}

async function ssh(document: DaemonDocument, places: SecretPlaces): Promise<SshConfig> {
  const given = document.ssh ?? {};
  const identities = Object.entries(given.identities ?? {}).map(
    ([name, each]) => [name, identity(each, places)] as const,
  );
  return {
    identities: Object.fromEntries(identities),
    ...withText('knownHosts', await optionalText('ssh.knownHostsFile', given.knownHostsFile, places)),
    maxConcurrentStarts: given.maxConcurrentStarts ?? 20,
    connectTimeoutMs: parseDuration(given.connectTimeout ?? '10s'),
    dialMap: given.dialMap ?? {},
    hostKeyMap: given.hostKeyMap ?? {},
    ...withText('stepsRoot', given.stepsRoot),
  };
}

function identity(from: SshIdentity, places: SecretPlaces): IdentityConfig {
  return {
    ...(from.keyFile === undefined ? {} : { keyFile: resolve(places.folder, from.keyFile) }),
    ...withText('keyEnv', from.keyEnv),
    ...(from.agent === true ? { agent: true } : {}),
    ...withText('passphraseEnv', from.passphraseEnv),
  };
}

/** A local repository's path starts at the configuration file's folder; URLs and `user@host:path` stay as they are. */
export function absoluteUrl(url: string, places: Pick<SecretPlaces, 'folder'>): string {
  if (isAbsolute(url) || /^[a-z][a-z0-9+.-]*:\/\//i.test(url) || /^[^/]+:/.test(url)) return url;
  return resolve(places.folder, url);
}

async function optionalText(
  field: string,
  path: string | undefined,
  places: SecretPlaces,
): Promise<string | undefined> {
  return path === undefined ? undefined : readText(field, path, places);
}

function withText<Name extends string>(name: Name, value: string | undefined): { [K in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: string };
}

function withSecret<Name extends string>(name: Name, value: Sensitive | undefined): { [K in Name]?: Sensitive } {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: Sensitive };
}
