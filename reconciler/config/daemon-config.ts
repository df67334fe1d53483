import type { AlertServer } from '../engine/alerts/prometheus.ts';
import type { Sensitive } from '../model/sensitive.ts';
import type { ClockRule } from '../rollout/windows/clock-sync.ts';
import type { GitAuth } from '../source/git/credentials.ts';
import type { SignatureSettings } from '../source/signatures/signer-files.ts';
import type { ProxySettings } from '../source/http/proxy.ts';
import type { IdentityConfig } from '../ssh/identity.ts';
import type { HookSettings } from '../view/hook/settings.ts';
import type { TlsFiles } from '../view/http/tls-material.ts';
import type { SignInSettings } from '../view/sign-in/settings.ts';

/**
 * What one daemon needs to know, after defaults and with absolute paths. Made by `loadDaemonConfig`, which has made sure
 * that every file and variable it names is there. Credentials of git and of hosts stay references, read at each
 * connect so that a rotated one is taken up.
 */
export interface DaemonConfig {
  /** Name of the fleet: the prefix in the store and the folder on hosts. */
  fleet: string;
  /** Absolute path of the daemon's own folder: clone, cache, embedded store, socket. */
  state: string;
  repository: ConfigRepository;
  /** Where the status branch is pushed. Its name stands in the Fleet document. */
  status: GitRemote;
  store: StoreConfig;
  ssh: SshConfig;
  /** How long a daemon that is stopped waits for the steps in hand, in milliseconds; what lasts longer is left open. */
  drainMs: number;
  /** Absolute path of the file that halts the fleet by being there. */
  haltFile: string;
  /** What windows make of a clock that is not known to be synchronised. */
  clockRule: ClockRule;
  /** What is sent to the servers that alert gates ask, beside the query. */
  alertServers: AlertServer[];
  /** What host profiles are given from this machine. */
  profiles: ProfileSources;
  /** Commit (hex) that is accepted although it does not follow from the accepted one. */
  acceptRevision?: string;
  /** The view over HTTP. Absent: none. */
  view?: ViewConfig;
}

/** Where the view is served, and to whom. */
export interface ViewConfig {
  /** Name or address to listen on, without brackets. */
  address: string;
  /** 0: any that is free. */
  port: number;
  /** Absolute paths. Absent: HTTP. */
  tls?: TlsFiles;
  /** Addresses and ranges of proxies that say who their client is. */
  trustedProxies: string[];
  /** Absent: everybody who reaches the address, which is loopback then. */
  signIn?: SignInSettings;
  /** Absent: no webhook. */
  hook?: HookSettings;
}

/** A git repository and how to log in to it. */
export interface GitRemote extends ProxySettings {
  /** `https://…`, `ssh://…`, `git@host:path`, or an absolute path. */
  url: string;
  auth: GitAuth;
  /** PEM file of the authorities to trust for https; absent = the system's. */
  caFile?: string;
}

/** The repository that says what the fleet should be. */
export interface ConfigRepository extends GitRemote {
  branch: string;
  /** Folder below the repository's root that holds the documents, without slashes at its ends; empty = all of it. */
  path: string;
  /** Time between two looks at the remote, before jitter. */
  pollMs: number;
  /** Absent: signatures are not checked. */
  signatures?: SignatureSettings;
}

export type StoreConfig = { type: 'embedded' } | ({ type: 'etcd' } & EtcdConfig);

export interface EtcdConfig {
  endpoints: string[];
  /** PEM. */
  ca?: Buffer;
  certificate?: Buffer;
  key?: Sensitive;
  username?: string;
  password?: Sensitive;
}

export interface SshConfig {
  /** By name; `default` is used where a Host or Cluster names none. */
  identities: Record<string, IdentityConfig>;
  /** A known_hosts file with keys of hosts, read anew at each connect. */
  knownHostsFile?: string;
  /** Connections that may be in their handshake at once. */
  maxConcurrentStarts: number;
  connectTimeoutMs: number;
  /** `address:port` of a Host to the `address:port` that is dialled instead. */
  dialMap: Record<string, string>;
  /** `address:port` of a Host to public keys that are pinned besides those that the Host names. */
  hostKeyMap: Record<string, string[]>;
  /** Folder on hosts that records steps; absent = `/var/lib/intendant/<fleet>/steps`. */
  stepsRoot?: string;
}

export interface ProfileSources {
  /** Absolute: files that ContainerManagers name are read only where they lie in this folder. */
  credentialsFolder: string;
  /** The etcd that flannel asks on the hosts; its files are read anew. */
  etcd?: { endpoints: string[]; caFile?: string; certFile?: string; keyFile?: string };
}
