import type {
  DaemonAuth,
  DaemonConfig as DaemonDocument,
  DaemonEtcd,
  SshIdentity,
} from '../../schema/generated/types.ts';
import type { AlertServer } from '../engine/alerts/prometheus.ts';
import { parseDuration } from '../model/duration.ts';
import type { GitAuth } from '../source/git/credentials.ts';
import type { ProxySettings } from '../source/http/proxy.ts';
import type { IdentityConfig } from '../ssh/identity.ts';
import type { DaemonConfig, EtcdConfig, ProfileSources, SshConfig } from './daemon-config.ts';
import { readSecret, readText, type SecretPlaces } from './secrets.ts';
import { signatureSettings } from './signatures.ts';

/**
 * A valid document, its paths absolute, with its defaults filled in. Every file and variable that it names is
 * looked at once, so that a mistake shows when the daemon starts and not hours later. Throws InvalidInput.
 */
export async function buildConfig(document: DaemonDocument, places: SecretPlaces): Promise<DaemonConfig> {
  const { repository, status = {}, store = {} } = document;
  const { url } = repository;
  const auth = await gitAuth('repository.auth', repository.auth, places);
  const caFile = await checkedFile('repository.caFile', repository.caFile, places);
  const proxy = await proxyOf('repository', repository, places);
  const signatures = await signatureSettings(repository.signatures, places);
  // What serves the view is large, and most commands do not.
  const view = document.view && (await (await import('./view.ts')).viewConfig(document.view, places));
  return {
    fleet: document.fleet,
    state: document.state,
    repository: {
      url,
      auth,
      caFile,
      ...proxy,
      branch: repository.branch ?? 'main',
      path: (repository.path ?? '').replace(/^\/+|\/+$/g, ''),
      pollMs: parseDuration(repository.poll ?? '30s'),
      ...(signatures && { signatures }),
    },
    status: {
      url: status.url ?? url,
      auth: status.auth === undefined ? auth : await gitAuth('status.auth', status.auth, places),
      caFile: (await checkedFile('status.caFile', status.caFile, places)) ?? caFile,
      ...(status.proxy === undefined ? proxy : await proxyOf('status', status, places)),
    },
    store: store.etcd === undefined ? { type: 'embedded' } : { type: 'etcd', ...(await etcd(store.etcd, places)) },
    ssh: await ssh(document, places),
    drainMs: parseDuration(document.drain ?? '5s'),
    haltFile: document.haltFile ?? '/etc/intendant/halt',
    clockRule: document.clock?.sync ?? 'when-known',
    alertServers: await alertServers(document, places),
    profiles: await profiles(document, places),
    acceptRevision: document.acceptRevision,
    ...(view && { view }),
  };
}

async function gitAuth(field: string, auth: DaemonAuth | undefined, places: SecretPlaces): Promise<GitAuth> {
  if (auth === undefined) return {};
  await readSecret(`${field}.password`, { file: auth.passwordFile, env: auth.passwordEnv }, places);
  await readSecret(`${field}.token`, { file: auth.tokenFile, env: auth.tokenEnv }, places);
  await readSecret(`${field}.key`, { file: auth.keyFile, env: auth.keyEnv }, places);
  await checkedFile(`${field}.knownHostsFile`, auth.knownHostsFile, places);
  return auth;
}

async function alertServers(document: DaemonDocument, places: SecretPlaces): Promise<AlertServer[]> {
  const servers: AlertServer[] = [];
  for (const [name, { url, caFile, tokenFile, tokenEnv }] of Object.entries(document.alerts?.servers ?? {})) {
    const field = `alerts.servers.${name}`;
    await readSecret(`${field}.token`, { file: tokenFile, env: tokenEnv }, places);
    await checkedFile(`${field}.caFile`, caFile, places);
    servers.push({ origin: new URL(url).origin, caFile, tokenFile, tokenEnv });
  }
  return servers;
}

async function profiles({ profiles = {} }: DaemonDocument, places: SecretPlaces): Promise<ProfileSources> {
  const { credentialsFolder = '/etc/intendant/credentials', etcd } = profiles;
  for (const name of ['caFile', 'certFile', 'keyFile'] as const)
    await checkedFile(`profiles.etcd.${name}`, etcd?.[name], places);
  return { credentialsFolder, ...(etcd && { etcd }) };
}

async function proxyOf(field: string, from: ProxySettings, places: SecretPlaces): Promise<ProxySettings> {
  const { proxy, proxyAuth } = from;
  if (proxy === undefined) return {};
  const secret = { file: proxyAuth?.passwordFile, env: proxyAuth?.passwordEnv };
  await readSecret(`${field}.proxyAuth.password`, secret, places);
  return { proxy, proxyAuth };
}

async function etcd(document: DaemonEtcd, places: SecretPlaces): Promise<EtcdConfig> {
  const from = { file: document.passwordFile, env: document.passwordEnv };
  return {
    endpoints: document.endpoints,
    ca: asBuffer(await optionalText('store.etcd.caFile', document.caFile, places)),
    certificate: asBuffer(await optionalText('store.etcd.certFile', document.certFile, places)),
    key: await readSecret('store.etcd.key', { file: document.keyFile }, places),
    username: document.username,
    password: await readSecret('store.etcd.password', from, places),
  };
}

async function ssh(document: DaemonDocument, places: SecretPlaces): Promise<SshConfig> {
  const given = document.ssh ?? {};
  const identities: Record<string, IdentityConfig> = {};
  for (const [name, each] of Object.entries(given.identities ?? {})) {
    identities[name] = await identity(`ssh.identities.${name}`, each, places);
  }
  return {
    identities,
    knownHostsFile: await checkedFile('ssh.knownHostsFile', given.knownHostsFile, places),
    maxConcurrentStarts: given.maxConcurrentStarts ?? 20,
    connectTimeoutMs: parseDuration(given.connectTimeout ?? '10s'),
    dialMap: given.dialMap ?? {},
    hostKeyMap: given.hostKeyMap ?? {},
    stepsRoot: given.stepsRoot,
  };
}

async function identity(field: string, from: SshIdentity, places: SecretPlaces): Promise<IdentityConfig> {
  await readSecret(`${field}.key`, { file: from.keyFile, env: from.keyEnv }, places);
  await readSecret(`${field}.passphrase`, { env: from.passphraseEnv }, places);
  const sudo = { file: from.sudoPasswordFile, env: from.sudoPasswordEnv };
  await readSecret(`${field}.sudoPassword`, sudo, places);
  return from;
}

async function optionalText(
  field: string,
  path: string | undefined,
  places: SecretPlaces,
): Promise<string | undefined> {
  return path === undefined ? undefined : readText(field, path, places);
}

function asBuffer(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

async function checkedFile(field: string, path: string | undefined, places: SecretPlaces): Promise<string | undefined> {
  if (path === undefined) return undefined;
  await readText(field, path, places);
  return path;
}
