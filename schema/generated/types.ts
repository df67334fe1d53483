// Generated from schema/*.schema.json by `npm run generate`. Do not edit.
/**
 * Version of the form of this document.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ApiVersion".
 */
export type ApiVersion = 'intendant/v1';
/**
 * 1 to 63 small letters, digits, `-` and `.`, beginning and ending with a letter or digit, without `..`.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Name".
 */
export type Name = string;
/**
 * A duration: one or more numbers with a unit (ms, s, m, h, d).
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Duration".
 */
export type Duration = string;
/**
 * A number of hosts from 1, or a percentage of all hosts concerned from 1% to 100%, rounded down but never below one host.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Quantity".
 */
export type Quantity = number | string;
/**
 * A moment in RFC 3339 form, with its zone.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Timestamp".
 */
export type Timestamp = string;
/**
 * A public key in the form of a known_hosts or .pub file: its type, then base64.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "PublicKey".
 */
export type PublicKey = string;
/**
 * A login name of at most 32 letters, digits, `_`, `.` and `-`, not beginning with a digit, `.` or `-`.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "User".
 */
export type User = string;
/**
 * A TCP port.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Port".
 */
export type Port = number;
/**
 * When hosts may be begun. Deny windows go before allow windows; without an allow window it is always, except in a deny window. Without the list: always.
 *
 * @maxItems 20
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Windows".
 */
export type Windows =
  | []
  | [Window]
  | [Window, Window]
  | [Window, Window, Window]
  | [Window, Window, Window, Window]
  | [Window, Window, Window, Window, Window]
  | [Window, Window, Window, Window, Window, Window]
  | [Window, Window, Window, Window, Window, Window, Window]
  | [Window, Window, Window, Window, Window, Window, Window, Window]
  | [Window, Window, Window, Window, Window, Window, Window, Window, Window]
  | [Window, Window, Window, Window, Window, Window, Window, Window, Window, Window]
  | [Window, Window, Window, Window, Window, Window, Window, Window, Window, Window, Window]
  | [Window, Window, Window, Window, Window, Window, Window, Window, Window, Window, Window, Window]
  | [Window, Window, Window, Window, Window, Window, Window, Window, Window, Window, Window, Window, Window]
  | [Window, Window, Window, Window, Window, Window, Window, Window, Window, Window, Window, Window, Window, Window]
  | [
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window
    ]
  | [
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window
    ]
  | [
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window
    ]
  | [
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window
    ]
  | [
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window
    ]
  | [
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window,
      Window
    ];
/**
 * Commands on helper hosts before and after the act on each host.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Hooks".
 */
export type Hooks = Hook[];
/**
 * A way to sign in.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "SignInAuthenticator".
 */
export type SignInAuthenticator =
  | BasicSignIn
  | ClientCertificateSignIn
  | KeystonePasswordSignIn
  | KeystoneTokenSignIn
  | KubernetesTokenSignIn
  | OidcSignIn
  | ModuleSignIn;
/**
 * Name of a package as the host's package manager knows it: letters, digits and `+._:@/-`, not beginning with a sign.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "PackageName".
 */
export type PackageName = string;
/**
 * Name of a service as systemd or OpenRC knows it, not beginning with a sign.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ServiceName".
 */
export type ServiceName = string;
/**
 * Absolute path on the host, without `.`, `..`, empty parts or control characters.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "FilePath".
 */
export type FilePath = string;
/**
 * What is done, where, and how carefully.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "OperationSpec".
 */
export type OperationSpec = RestartOperation | RunOperation | UpgradeOperation | DeployOperation | ApplyOperation;

/**
 * What the hosts of the cluster have in common.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ClusterSpec".
 */
export interface ClusterSpec {
  /**
   * What it is for, for people.
   */
  description?: string;
  /**
   * The Network that its hosts share.
   */
  network?: Name;
  /**
   * The ContainerManager that schedules onto its hosts.
   */
  containerManager?: Name;
  /**
   * The HostProfile that its hosts have. Built in are `docker`, `docker-flannel` and `kubernetes-node`. Without it, nothing is brought to them.
   */
  hostProfile?: Name;
  /**
   * How its hosts are reached, where a Host does not say otherwise.
   */
  connection?: Connection;
  /**
   * How operations roll over its hosts, where an Operation does not say otherwise.
   */
  rollout?: Rollout;
  /**
   * Commands on helper hosts before and after the act on each of its hosts, whichever operation acts: in order before, in reverse after. What holds is frozen when an operation begins, and bound by its approval.
   */
  hooks?: Hooks;
  /**
   * What operations on hosts of this cluster need before they begin.
   */
  approval?: {
    /**
     * Every operation that a document holds needs the approval of somebody else than its author. An Operation cannot overrule it.
     */
    required: boolean;
  };
  /**
   * When hosts of this cluster may be begun, by whichever operation. An operation's own windows must be open as well.
   */
  windows?: Windows;
  /**
   * Circuit breaker: while more hosts of the cluster than this have failed, nothing disruptive begins on any of them. A number from 1, or a percentage of its hosts; those in maintenance are left out. Without it there is no breaker.
   */
  maxUnhealthy?: Quantity;
  /**
   * Begins hosts of this cluster only while this query to Prometheus answers with nothing.
   */
  alertGate?: AlertGate;
  /**
   * Freezes this cluster.
   */
  freeze?: Freeze;
}
/**
 * Identity of the document.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Metadata".
 */
export interface Metadata {
  /**
   * Name of the object, unique among those of its kind: 1 to 63 small letters, digits, `-` and `.`.
   */
  name: Name;
  /**
   * Words to select by.
   */
  labels?: StringMap;
  /**
   * Notes for people and programs; Intendant does not read them.
   */
  annotations?: StringMap;
}
/**
 * Names with a text each.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "StringMap".
 */
export interface StringMap {
  /**
   * A text; put numbers and true or false in quotes.
   */
  [k: string]: string;
}
/**
 * While it stands, nothing disruptive starts. Work that has begun on a host is first brought to its end.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Freeze".
 */
export interface Freeze {
  /**
   * Who froze it: a person or a team to ask.
   */
  who: string;
  /**
   * The reason, shown wherever something waits for it.
   */
  why: string;
  /**
   * The moment at which it ends by itself; without it, it stands until it is removed.
   */
  until?: Timestamp;
}
/**
 * How hosts are reached over SSH. A Host's own field goes before its Cluster's, which goes before the Fleet's.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Connection".
 */
export interface Connection {
  /**
   * User to log in as; commands run through `sudo -n` when it is not root.
   */
  user?: User;
  /**
   * TCP port of the SSH server.
   */
  port?: Port;
  /**
   * Name of the SSH identity in the daemon's configuration; keys themselves never stand in this repository.
   */
  identity?: Name;
  /**
   * Name of the Host through which the others are reached. The jump host itself ignores it.
   */
  jumpHost?: Name;
  /**
   * `pinned`: only keys that the Host or the daemon's known_hosts file names. `trust-on-first-use`: the key of the first connection is recorded, and from then on it is pinned.
   */
  hostKeys?: 'pinned' | 'trust-on-first-use';
}
/**
 * How many hosts at a time, and what stops it. An Operation's own field goes before its Cluster's.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Rollout".
 */
export interface Rollout {
  /**
   * Sizes of the batches: a number of hosts, a percentage from 1% to 100%, or a list of these. The last size repeats until all hosts are done.
   */
  batches?: number | string | Quantity[];
  /**
   * Most hosts of the selection that may be unavailable at once, whoever made them so: a number from 1 or a percentage from 1% to 100%. Without it: the size of the largest batch.
   */
  maxUnavailable?: Quantity;
  /**
   * How many hosts may fail in the whole operation before it stops. 0 stops at the first failure.
   */
  maxFailures?: number;
  /**
   * The first batch must succeed whole, whatever maxFailures allows: a host of it that fails, or is skipped, ends the operation.
   */
  canary?: boolean;
  /**
   * How long the hosts of a batch must stay healthy before the next batch starts.
   */
  minHealthyTime?: Duration;
  /**
   * Stop after this many batches until a commit raises or removes it, so that a person can look.
   */
  pauseAfter?: number;
  /**
   * What becomes of an operation whose maintenance windows close. `host`: hosts in hand are finished, no further one is begun. `hold`: besides, no host is begun whose timeouts could reach past the end. `finish`: an operation that has begun goes on to its end; but nothing is begun in a deny window.
   */
  overrun?: 'hold' | 'host' | 'finish';
}
/**
 * A command that runs on the host and passes when it exits with 0. It may run any number of times, so it must change nothing.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Check".
 */
export interface Check {
  /**
   * What it is called in status; without it, the command itself.
   */
  name?: string;
  /**
   * The command word by word; no shell reads it.
   *
   * Items: One word of the command.
   */
  command: string[];
  /**
   * How long one run may take before it counts as failed.
   */
  timeout?: Duration;
  /**
   * How often it is run again before the host counts as failed.
   */
  retries?: number;
  /**
   * The pause between two runs.
   */
  interval?: Duration;
}
/**
 * A stretch of time that begins again and again: at each start it opens, for a duration of real time. A start that the clocks skip when they are put forward happens in that moment; one that they show twice happens the first time only, unless the hour field begins with `*`.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Window".
 */
export interface Window {
  /**
   * What it is called where something waits for it.
   */
  name?: string;
  /**
   * When it opens, as cron writes it: minute, hour, day of month, month, day of week. Read on the clocks of `timeZone`.
   */
  start: string;
  /**
   * How long it stays open, in real time: on the night on which the clocks are put forward, four hours from 23:00 end at 04:00. From one minute to 60 days.
   */
  duration: string;
  /**
   * IANA name of the zone whose clocks `start` is read on.
   */
  timeZone?: string;
  /**
   * `allow`: hosts may be begun while it is open. `deny`: none may, whatever else is open.
   */
  kind?: 'allow' | 'deny';
}
/**
 * Whether somebody else than its author has to approve an operation before it begins, and the approval.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Approval".
 */
export interface Approval {
  /**
   * Waits for an approval before it begins. A Cluster that requires one cannot be overruled by an Operation.
   */
  required?: boolean;
  /**
   * The approval: the digest of what is approved, as `intendant plan` and the status show it. It counts when the commit in which it appeared is not by an author of what it approves.
   */
  digest?: string;
}
/**
 * A question to Prometheus whose answer must be empty before any host is begun. No answer, an error, a slow or an unreadable answer count as alerts.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "AlertGate".
 */
export interface AlertGate {
  /**
   * Address of the Prometheus server, without `/api/v1/query`.
   */
  url: string;
  /**
   * An instant query whose answer is a vector; every series in it keeps the gate closed.
   */
  query: string;
  /**
   * How long an answer may take; never more than 20 seconds.
   */
  timeout?: Duration;
}
/**
 * Takes each host out of service before it is acted on and puts it back afterwards, by commands on a helper host.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Hook".
 */
export interface Hook {
  /**
   * What people call it in plans and outcomes.
   */
  name: Name;
  /**
   * The Host that the commands run on, as root: a load balancer, or wherever its tool is.
   */
  host: Name;
  /**
   * Takes a host out. When it fails the host is not touched and counts as failed.
   */
  before: {
    /**
     * Program and arguments; never read by a shell. Runs at most once for each host and round.
     *
     * Items: One word. `{host}` and `{address}` in it stand for the name and the address of the host that is acted on.
     */
    command: string[];
    /**
     * How long the command may take; then it is killed and has failed.
     */
    timeout?: Duration;
    /**
     * With this exit code the command says that the host was out before and that it changed nothing: then `after` is not run for it. Without it only 0 counts as done.
     */
    alreadyOutExitCode?: number;
  };
  /**
   * Puts a host back that `before` took out, once it is proven and its checks pass. A host that failed stays out.
   */
  after: {
    /**
     * Program and arguments; never read by a shell.
     *
     * Items: One word. `{host}` and `{address}` in it stand for the name and the address of the host that is acted on.
     */
    command: string[];
    /**
     * How long the command may take; then it is killed and has failed.
     */
    timeout?: Duration;
  };
}
/**
 * Where it is and how one logs in. Secrets are named, never written here.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ContainerManagerSpec".
 */
export interface ContainerManagerSpec {
  /**
   * `trivial` is a manager that does nothing, for clusters without one.
   */
  type: 'kubernetes' | 'openshift' | 'trivial';
  /**
   * https URL of its API; required unless it is trivial.
   */
  server?: string;
  /**
   * Where the daemon finds the bearer token: exactly one of these.
   */
  tokenFrom?: {
    /**
     * Name of an environment variable of the daemon.
     */
    env?: string;
    /**
     * Absolute path of a file on the daemon's machine.
     */
    file?: string;
  };
  /**
   * Where the daemon finds its client certificate.
   */
  clientCertificateFrom?: {
    /**
     * Absolute path of the certificate in PEM form.
     */
    certificateFile: string;
    /**
     * Absolute path of its private key in PEM form.
     */
    keyFile: string;
  };
  /**
   * Absolute path of the certificate authority to trust, in PEM form. Without it: those of the system.
   */
  caFile?: string;
}
/**
 * How the daemon logs in to a git repository. Secrets are named by file or environment variable.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonAuth".
 */
export interface DaemonAuth {
  /**
   * User name for basic credentials; `git` where only a token is given.
   */
  username?: string;
  /**
   * File that holds the password.
   */
  passwordFile?: string;
  /**
   * Environment variable that holds the password.
   */
  passwordEnv?: string;
  /**
   * File that holds a token.
   */
  tokenFile?: string;
  /**
   * Environment variable that holds a token.
   */
  tokenEnv?: string;
  /**
   * SSH private key (a deploy key).
   */
  keyFile?: string;
  /**
   * Environment variable that holds an SSH private key.
   */
  keyEnv?: string;
  /**
   * Use the SSH agent that `SSH_AUTH_SOCK` names.
   */
  agent?: boolean;
  /**
   * Public keys that the git server may show.
   */
  hostKeys?: PublicKey[];
  /**
   * known_hosts file with the git server's key.
   */
  knownHostsFile?: string;
}
/**
 * How the daemon logs in to the proxy. The password is read anew at each connection.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonProxyAuth".
 */
export interface DaemonProxyAuth {
  /**
   * User name at the proxy.
   */
  username: string;
  /**
   * File that holds the password.
   */
  passwordFile?: string;
  /**
   * Environment variable that holds the password.
   */
  passwordEnv?: string;
}
/**
 * Whose signatures on commits are believed; without it none is looked at. At least one of the files is named. Both are read again at each look at the repository. Where this stands, an operation is approved by the signer of a commit.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonSignatures".
 */
export interface DaemonSignatures {
  /**
   * Refuse a revision unless every commit that is new since the accepted one is signed by an allowed signer. `false`: only approvals look at signatures.
   */
  required?: boolean;
  /**
   * Who may sign with which SSH key, in the format that `gpg.ssh.allowedSignersFile` of git has (ALLOWED SIGNERS in `man ssh-keygen`), without certificate authorities and patterns.
   */
  allowedSignersFile?: string;
  /**
   * OpenPGP public keys that may sign, as `gpg --armor --export` writes them.
   */
  openpgpKeysFile?: string;
  /**
   * Signers among them who sign for others, as a forge does for merges and edits on its pages: a principal, an e-mail address of an OpenPGP user id, or a fingerprint. Their signature lets a revision pass, and neither approves nor names an author.
   */
  forgeSigners?: string[];
}
/**
 * The config repository.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonRepository".
 */
export interface DaemonRepository {
  /**
   * https URL, `ssh://` URL, `user@host:path`, or a local path.
   */
  url: string;
  /**
   * The branch that says what should be.
   */
  branch?: string;
  /**
   * Folder below the repository's root that is read; empty reads all.
   */
  path?: string;
  auth?: DaemonAuth;
  /**
   * Certificate authority of the git server, in PEM form.
   */
  caFile?: string;
  /**
   * Proxy through which the https server is reached, with `CONNECT`; `direct` for none. Without it: that of `HTTPS_PROXY` or `ALL_PROXY`, unless `NO_PROXY` names the server.
   */
  proxy?: string;
  proxyAuth?: DaemonProxyAuth;
  signatures?: DaemonSignatures;
  /**
   * How often the remote is asked whether the branch moved.
   */
  poll?: Duration;
}
/**
 * Where status commits are pushed, when not to the config repository. The branch stands in the Fleet.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonStatus".
 */
export interface DaemonStatus {
  /**
   * As `repository.url`; without it, that one.
   */
  url?: string;
  /**
   * As `repository.auth`; without it, that one. A credential that may write only here is safer.
   */
  auth?: DaemonAuth;
  /**
   * As `repository.caFile`.
   */
  caFile?: string;
  /**
   * As `repository.proxy`; without it, that one.
   */
  proxy?: string;
  proxyAuth?: DaemonProxyAuth;
}
/**
 * An etcd cluster.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonEtcd".
 */
export interface DaemonEtcd {
  /**
   * URLs of the members.
   *
   * Items: URL of a member.
   */
  endpoints: string[];
  /**
   * Certificate authority, in PEM form.
   */
  caFile?: string;
  /**
   * Client certificate, in PEM form.
   */
  certFile?: string;
  /**
   * Key of the client certificate, in PEM form.
   */
  keyFile?: string;
  /**
   * etcd user.
   */
  username?: string;
  /**
   * File that holds the etcd user's password.
   */
  passwordFile?: string;
  /**
   * Environment variable that holds it.
   */
  passwordEnv?: string;
}
/**
 * Where live state is kept. Without `etcd`: an embedded store in the state folder.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonStore".
 */
export interface DaemonStore {
  etcd?: DaemonEtcd;
}
/**
 * A way to log in to hosts: one of `keyFile`, `keyEnv` and `agent`.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "SshIdentity".
 */
export interface SshIdentity {
  /**
   * SSH private key.
   */
  keyFile?: string;
  /**
   * Environment variable that holds an SSH private key.
   */
  keyEnv?: string;
  /**
   * Use the SSH agent that `SSH_AUTH_SOCK` names.
   */
  agent?: boolean;
  /**
   * Environment variable that holds the key's passphrase.
   */
  passphraseEnv?: string;
  /**
   * File with the password that `sudo` asks of the user on hosts; read anew at each use. Without it and `sudoPasswordEnv`, sudo must not ask for one.
   */
  sudoPasswordFile?: string;
  /**
   * Environment variable that holds the password that `sudo` asks of the user on hosts.
   */
  sudoPasswordEnv?: string;
}
/**
 * How the daemon speaks to hosts.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonSsh".
 */
export interface DaemonSsh {
  /**
   * Identities by the name that Hosts, Clusters and the Fleet use.
   */
  identities?: {
    [k: string]: SshIdentity;
  };
  /**
   * known_hosts file with keys of hosts.
   */
  knownHostsFile?: string;
  /**
   * How many connections may be in their handshake at once.
   */
  maxConcurrentStarts?: number;
  /**
   * How long a connection may take to stand.
   */
  connectTimeout?: Duration;
  /**
   * Dial another `address:port` than the one that a Host names, for tests and demonstrations.
   */
  dialMap?: {
    /**
     * The `address:port` that is dialled.
     */
    [k: string]: string;
  };
  /**
   * Public keys by `address:port`, for tests and demonstrations.
   */
  hostKeyMap?: {
    /**
     * Keys that may be shown.
     */
    [k: string]: PublicKey[];
  };
  /**
   * Folder on hosts where steps are recorded. Without it: /var/lib/intendant/<fleet>/steps.
   */
  stepsRoot?: string;
}
/**
 * The daemon's own configuration, a file on its machine.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonConfig".
 */
export interface DaemonConfig {
  apiVersion: ApiVersion;
  /**
   * The kind of this document.
   */
  kind: 'Daemon';
  /**
   * Name of the fleet: part of store keys and of folders on hosts. Never change it.
   */
  fleet: Name;
  /**
   * Folder for the clone, the cache, the embedded store and the socket.
   */
  state: string;
  repository: DaemonRepository;
  status?: DaemonStatus;
  store?: DaemonStore;
  ssh?: DaemonSsh;
  /**
   * How long a daemon that is asked to stop waits for the steps in hand; what lasts longer goes on at its host and is taken up at the next start.
   */
  drain?: Duration;
  /**
   * A file that halts the fleet by being there: no step begins until it is removed. Its first line is the reason. Obeyed within a second, without git and without the store.
   */
  haltFile?: string;
  clock?: DaemonClock;
  /**
   * Accept this commit though it does not follow from the last accepted one: the way back after a forced push.
   */
  acceptRevision?: string;
  alerts?: DaemonAlerts;
  profiles?: DaemonProfiles;
  view?: DaemonView;
}
/**
 * The clock of the daemon's machine, on which maintenance windows open.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonClock".
 */
export interface DaemonClock {
  /**
   * `when-known`: windows stay closed while the machine says that its clock is not synchronised; where nothing there knows, they open. `required`: they open only on a clock that is known to be synchronised. `ignored`: it is not looked at.
   */
  sync?: 'when-known' | 'required' | 'ignored';
}
/**
 * Servers that alert gates ask. A gate in the repository names only an address and a query; what is sent to a server beside the query is said here.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonAlerts".
 */
export interface DaemonAlerts {
  /**
   * By a name of your own.
   */
  servers?: {
    [k: string]: DaemonAlertServer;
  };
}
/**
 * One server. It is recognised by scheme, host and port.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonAlertServer".
 */
export interface DaemonAlertServer {
  /**
   * Its address: https, for a token is sent to it.
   */
  url: string;
  /**
   * Authorities to trust, in PEM form; absent = the system's.
   */
  caFile?: string;
  /**
   * File that holds a bearer token; read anew at each question.
   */
  tokenFile?: string;
  /**
   * Environment variable that holds the bearer token.
   */
  tokenEnv?: string;
}
/**
 * What host profiles are given from this machine.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonProfiles".
 */
export interface DaemonProfiles {
  /**
   * Files that ContainerManagers of the repository name are read only where they lie in this folder: whoever writes the repository cannot have others put on a host.
   */
  credentialsFolder?: string;
  etcd?: DaemonProfileEtcd;
}
/**
 * The etcd that flannel asks on the hosts. Its key is put on every host whose profile wants it, so it should not be that of the daemon's own store.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonProfileEtcd".
 */
export interface DaemonProfileEtcd {
  /**
   * Its members, as the hosts reach them.
   *
   * Items: URL of one member.
   */
  endpoints: string[];
  /**
   * The authority to trust, in PEM form.
   */
  caFile?: string;
  /**
   * Client certificate of the hosts, in PEM form.
   */
  certFile?: string;
  /**
   * Its private key, in PEM form.
   */
  keyFile?: string;
}
/**
 * The view over HTTP: the REST interfaces, live events, metrics and the dashboard; nothing can be changed there. Without `view` nothing is served over HTTP, an empty `view: {}` serves this machine.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DaemonView".
 */
export interface DaemonView {
  /**
   * Address and port; an IPv6 address stands in brackets, port 0 takes any that is free. An address that others can reach needs `signIn`, and `tls` or a proxy in `trustedProxies`.
   */
  listen?: string;
  tls?: ViewTls;
  /**
   * Address of the view as browsers reach it, without a path. An `oidc` authenticator with a `clientId` sends browsers back there, unless it has one of its own.
   */
  publicUrl?: string;
  /**
   * Proxies in front of the view, by address or as `10.0.0.0/8`. What they say in `X-Forwarded-For` and `X-Forwarded-Proto` is believed, of nobody else.
   */
  trustedProxies?: string[];
  signIn?: ViewSignIn;
  hook?: ViewHook;
}
/**
 * Certificates of the view, in PEM form. Read again every five seconds; what cannot be used leaves the old in place, and the log says so.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ViewTls".
 */
export interface ViewTls {
  /**
   * The certificate, followed by those between it and its authority.
   */
  certFile: string;
  /**
   * Its key, without a passphrase.
   */
  keyFile: string;
  /**
   * Authorities of client certificates. Without it clients are not asked for one.
   */
  clientCaFile?: string;
  /**
   * `required`: who shows no certificate of `clientCaFile` is not connected at all. `optional`: whoever shows one can be known by it.
   */
  clientCertificates?: 'optional' | 'required';
}
/**
 * A webhook at `/hook/<path>`, by which a forge says that something was pushed. It only makes the daemon look at once; nothing in it is believed. One of `secretFile` and `secretEnv` is needed.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ViewHook".
 */
export interface ViewHook {
  /**
   * The end of the address, which nobody can guess: `openssl rand -hex 16`.
   */
  path: string;
  /**
   * File that holds the secret with which the forge signs; at least 16 characters, read anew at each call.
   */
  secretFile?: string;
  /**
   * Environment variable that holds it.
   */
  secretEnv?: string;
}
/**
 * Who may read the view, and how they prove who they are. Without it the view listens on loopback only.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ViewSignIn".
 */
export interface ViewSignIn {
  /**
   * Tried in this order until one accepts.
   */
  authenticators: SignInAuthenticator[];
  /**
   * Paths that need no sign-in, compared exactly: a slash at the end matters.
   */
  selfAuths?: string[];
  credsReaders?: SignInCredsReaders;
  limits?: SignInLimits;
}
/**
 * Who may read where the credentials of hosts are (`/api/v0/host/ADDRESS/creds`), besides what everybody reads who signed in. Nobody by default.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "SignInCredsReaders".
 */
export interface SignInCredsReaders {
  /**
   * By name, whichever authenticator but `clientCertificate` let them in.
   */
  users?: string[];
  /**
   * By group, as `oidc`, `kubernetesToken` or a module says.
   */
  groups?: string[];
  /**
   * By the common name of a client certificate.
   */
  commonNames?: string[];
}
/**
 * How many sign-ins may fail before the next are answered 429. Nobody is locked out by others: a right password from another address works.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "SignInLimits".
 */
export interface SignInLimits {
  /**
   * Failures are counted for so long.
   */
  window?: Duration;
  /**
   * Failures from one address, whatever the names.
   */
  perAddress?: number;
  /**
   * Failures of one name from one address. After ten times as many from anywhere each address has one.
   */
  perUser?: number;
}
/**
 * User names and passwords (`Authorization: Basic`), kept as bcrypt hashes in the form of Commissaire's `users.json`: `{"alice": {"hash": "$2a$12$…"}}`. At least one of the two is given; the file wins.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "BasicSignIn".
 */
export interface BasicSignIn {
  /**
   * How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.
   */
  type: 'basic';
  /**
   * File of users, read again when it changes. While it cannot be read nobody signs in this way.
   */
  usersFile?: string;
  /**
   * Users by name.
   */
  users?: {
    [k: string]: SignInUser;
  };
}
/**
 * One user.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "SignInUser".
 */
export interface SignInUser {
  /**
   * bcrypt hash of the password, of a cost from 4 to 15.
   */
  hash: string;
}
/**
 * Client certificates, verified by the client CA of the view's TLS settings. The common name is the name.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ClientCertificateSignIn".
 */
export interface ClientCertificateSignIn {
  /**
   * How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.
   */
  type: 'clientCertificate';
  /**
   * Common names that may sign in; without it every certificate of the CA.
   */
  commonNames?: string[];
}
/**
 * User name and password (`Authorization: Basic`) that Keystone (identity API v3) takes.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "KeystonePasswordSignIn".
 */
export interface KeystonePasswordSignIn {
  /**
   * How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.
   */
  type: 'keystonePassword';
  /**
   * Address of Keystone.
   */
  url: string;
  /**
   * Domain of the users.
   */
  domain?: string;
  /**
   * Certificate authority of Keystone, in PEM form, read at each question; without it the system's.
   */
  caFile?: string;
  /**
   * How long one question may take.
   */
  timeout?: Duration;
}
/**
 * A Keystone token (`X-Auth-Token`) that Keystone (identity API v3) takes.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "KeystoneTokenSignIn".
 */
export interface KeystoneTokenSignIn {
  /**
   * How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.
   */
  type: 'keystoneToken';
  /**
   * Address of Keystone.
   */
  url: string;
  /**
   * Certificate authority of Keystone, in PEM form, read at each question; without it the system's.
   */
  caFile?: string;
  /**
   * How long one question may take.
   */
  timeout?: Duration;
}
/**
 * A bearer token that a Kubernetes API server knows, asked by TokenReview.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "KubernetesTokenSignIn".
 */
export interface KubernetesTokenSignIn {
  /**
   * How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.
   */
  type: 'kubernetesToken';
  /**
   * Address of the API server.
   */
  server: string;
  /**
   * Certificate authority of the API server, in PEM form, read at each question; without it the system's.
   */
  caFile?: string;
  /**
   * File with a token that may create TokenReviews (`system:auth-delegator`), read at each question.
   */
  tokenFile: string;
  /**
   * The token must be for one of these.
   */
  audiences?: string[];
  /**
   * Groups whose members may sign in; without it everybody whom the server knows.
   */
  groups?: string[];
  /**
   * How long one question may take.
   */
  timeout?: Duration;
}
/**
 * An OpenID provider: signed tokens of programs (`Authorization: Bearer`), and with `clientId` and `publicUrl` the sign-in of browsers by authorization code. One of `audience` and `clientId` is given.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "OidcSignIn".
 */
export interface OidcSignIn {
  /**
   * How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.
   */
  type: 'oidc';
  /**
   * The issuer, exactly as its tokens name it. Its keys and endpoints are found from there.
   */
  issuer: string;
  /**
   * Tokens of programs must be for this audience; without it for `clientId`.
   */
  audience?: string;
  /**
   * The view's client at the provider, for browsers.
   */
  clientId?: string;
  /**
   * File with the client's secret, read at each sign-in; without it the client is a public one.
   */
  clientSecretFile?: string;
  /**
   * Environment variable that holds it.
   */
  clientSecretEnv?: string;
  /**
   * Address of the view as browsers reach it. `/sign-in/callback` below it is the redirect URI that the provider must know.
   */
  publicUrl?: string;
  /**
   * Certificate authority of the provider, in PEM form, read at each question; without it the system's.
   */
  caFile?: string;
  /**
   * The claim that is the name. Choose one that people cannot set themselves.
   */
  usernameClaim?: string;
  /**
   * The claim with the groups.
   */
  groupsClaim?: string;
  /**
   * Groups whose members may sign in; without it everybody whom the provider knows.
   */
  groups?: string[];
  /**
   * What the provider is asked for, besides `openid`.
   */
  scopes?: string[];
  /**
   * How long a browser stays signed in.
   */
  sessionLife?: Duration;
  /**
   * File with at least 32 characters by chance (`openssl rand -base64 48`), shared by copies of the view; without it sessions end with the process.
   */
  sessionKeyFile?: string;
  /**
   * How long one question may take.
   */
  timeout?: Duration;
}
/**
 * An authenticator that a package outside brings: it exports `createAuthenticator(options, deps)`.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ModuleSignIn".
 */
export interface ModuleSignIn {
  /**
   * How people and programs sign in: `basic` by user name and password; `clientCertificate` by TLS; `keystonePassword` and `keystoneToken` as Keystone says; `kubernetesToken` by a token that a Kubernetes API server knows; `oidc` by an OpenID provider; `module` as a package outside says.
   */
  type: 'module';
  /**
   * Name of an installed package, or a path; one that begins with `./` or `../` starts at this file.
   */
  module: string;
  /**
   * What the module makes of it is its own affair. Keep secrets out of it: name files.
   */
  options?: {
    [k: string]: unknown;
  };
  /**
   * How long one decision may take.
   */
  timeout?: Duration;
}
/**
 * Settings of the whole fleet.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "FleetSpec".
 */
export interface FleetSpec {
  /**
   * Where and how the outcome is written back.
   */
  status?: {
    /**
     * Branch that status commits go to; nobody else should push to it.
     */
    branch?: string;
    /**
     * How often `fleet.yaml` is committed though nothing changed, so that a dead daemon shows.
     */
    heartbeat?: Duration;
    /**
     * Changes within this time become one commit.
     */
    window?: Duration;
  };
  /**
   * How hosts are looked at between changes.
   */
  checks?: {
    /**
     * Time between two checks of a host.
     */
    interval?: Duration;
    /**
     * How many checks in a row must fail before a host is `failed`.
     */
    failAfter?: number;
    /**
     * How long one check may take.
     */
    timeout?: Duration;
  };
  /**
   * Longest pause before something that failed in passing is tried again.
   */
  retryInterval?: Duration;
  /**
   * A profile that would remove things from more than this share of a cluster's hosts (and from more than one) waits for `confirmPrune`, and so does the cleaning of hosts that leave. A percentage from 0% to 100%.
   */
  pruneGuard?: string;
  /**
   * The revision whose removals are confirmed: the commit that the waiting Cluster names, whole or its first seven digits or more.
   */
  confirmPrune?: string;
  /**
   * How long the details of finished operations are kept. That an operation ran, and what came of it on each host, is kept for ever.
   */
  retention?: {
    /**
     * How long after its end the single steps of an operation are kept.
     */
    journals?: Duration;
    /**
     * How long after its end what an operation's scripts printed is kept; never longer than `journals`.
     */
    output?: Duration;
  };
  /**
   * Freezes the whole fleet.
   */
  freeze?: Freeze;
  /**
   * Begins any host only while this query to Prometheus answers with nothing.
   */
  alertGate?: AlertGate;
  /**
   * How hosts are reached, for all clusters that do not say otherwise.
   */
  connection?: Connection;
}
/**
 * What its hosts have. An item takes the place of one of the same name or path that it inherits, and comes after what else is inherited.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "HostProfileSpec".
 */
export interface HostProfileSpec {
  /**
   * What it is for, for people.
   */
  description?: string;
  /**
   * Profiles whose items this one has too. Later ones go before earlier ones, its own before all of them.
   */
  extends?: Name[];
  /**
   * What a cluster with this profile must name. What it extends adds to it.
   *
   * Items: `network`: a Network. `containerManager`: a ContainerManager that is not trivial.
   */
  requires?: ('network' | 'containerManager')[];
  /**
   * What drifts from the profile is put right by itself. Without it, it is only shown. Not inherited.
   */
  selfHeal?: boolean;
  /**
   * Values for templates: `{{ vars.<name> }}`. A profile that extends this one may give others.
   */
  variables?: ProfileVariables;
  /**
   * Sources of packages, brought about first. Hosts made of images (rpm-ostree, bootc) have none.
   */
  repositories?: ProfileRepository[];
  /**
   * Packages that are installed. Hosts made of images (rpm-ostree, bootc) have them from their image, and none is installed.
   */
  packages?: PackageName[];
  /**
   * Files.
   */
  files?: ProfileFile[];
  /**
   * Commands, in this order, after packages and files.
   */
  commands?: ProfileCommand[];
  /**
   * Services, last, in this order.
   */
  services?: ProfileService[];
  /**
   * What of the profiles that it extends, and for a family what of the common part too, does not apply here.
   */
  remove?: ProfileRemoval;
  /**
   * What hosts of one family have beside or instead of the common part.
   */
  families?: {
    /**
     * Debian, Ubuntu and their kin.
     */
    apt?: ProfileFamily;
    /**
     * Fedora, RHEL, CentOS and their kin.
     */
    dnf?: ProfileFamily;
    /**
     * RHEL and CentOS without dnf. Without it: what `dnf` says.
     */
    yum?: ProfileFamily;
    /**
     * openSUSE and SLES.
     */
    zypper?: ProfileFamily;
    /**
     * Alpine.
     */
    apk?: ProfileFamily;
    /**
     * Hosts made of an rpm-ostree image. Without it: what `dnf` says. Packages and repositories are left out.
     */
    'rpm-ostree'?: ProfileFamily;
    /**
     * Hosts made of a bootc image. Without it: what `dnf` says. Packages and repositories are left out.
     */
    bootc?: ProfileFamily;
  };
}
/**
 * What hosts of one family have beside or instead of the common part.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ProfileFamily".
 */
export interface ProfileFamily {
  /**
   * Values for templates: `{{ vars.<name> }}`. A profile that extends this one may give others.
   */
  variables?: ProfileVariables;
  /**
   * Sources of packages, brought about first. Hosts made of images (rpm-ostree, bootc) have none.
   */
  repositories?: ProfileRepository[];
  /**
   * Packages that are installed. Hosts made of images (rpm-ostree, bootc) have them from their image, and none is installed.
   */
  packages?: PackageName[];
  /**
   * Files.
   */
  files?: ProfileFile[];
  /**
   * Commands, in this order, after packages and files.
   */
  commands?: ProfileCommand[];
  /**
   * Services, last, in this order.
   */
  services?: ProfileService[];
  /**
   * What of the profiles that it extends, and for a family what of the common part too, does not apply here.
   */
  remove?: ProfileRemoval;
}
/**
 * Values for templates: `{{ vars.<name> }}`. A profile that extends this one may give others.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ProfileVariables".
 */
export interface ProfileVariables {
  /**
   * A text; put numbers and true or false in quotes.
   */
  [k: string]: string;
}
/**
 * A regular file with this content, mode and owner: exactly one of `content`, `template` and `from` says what is in it.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ProfileFile".
 */
export interface ProfileFile {
  /**
   * Where it stands on the host.
   */
  path: FilePath;
  /**
   * What is in it, letter for letter.
   */
  content?: string;
  /**
   * A Liquid template of what is in it. Its variables stand in the table of the README.
   */
  template?: string;
  /**
   * What is in it comes from a file on the daemon's machine: one that the cluster's ContainerManager names, or those of the etcd that the network uses. It is secret: no plan and no status shows it.
   */
  from?:
    | 'containerManager.ca'
    | 'containerManager.clientCertificate'
    | 'containerManager.clientKey'
    | 'containerManager.token'
    | 'etcd.ca'
    | 'etcd.clientCertificate'
    | 'etcd.clientKey';
  /**
   * With `from`: where nothing is named, the file is left out; otherwise that is an error.
   */
  optional?: boolean;
  /**
   * Its permissions: four octal digits, in quotes. Without it: 0644, and 0600 with `from`.
   */
  mode?: string;
  /**
   * The user that it belongs to.
   */
  owner?: User;
  /**
   * The group that it belongs to.
   */
  group?: User;
  /**
   * A command, word by word, that must end with 0 before the file takes its place. The word `{}` stands for the path of the new file beside its target.
   */
  check?: string[];
  /**
   * Services of this profile that are restarted when the file changes.
   */
  restarts?: ServiceName[];
}
/**
 * Something that packages, files and services cannot bring about. It runs only where its guard says that there is something to do. It is not a template.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ProfileCommand".
 */
export interface ProfileCommand {
  /**
   * What it is called in plans and status.
   */
  name: Name;
  /**
   * POSIX script, or one whose first line names an interpreter.
   */
  script: string;
  /**
   * A script that only looks: it ends with 0 where there is nothing to do. It runs at every check, so it must change nothing.
   */
  unless: string;
}
/**
 * A service of the host's service manager.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ProfileService".
 */
export interface ProfileService {
  /**
   * Its name.
   */
  name: ServiceName;
  /**
   * Begins with the system.
   */
  enabled?: boolean;
  /**
   * Runs now.
   */
  running?: boolean;
}
/**
 * A source of packages: what each package manager is told of it. A host whose package manager is told nothing has nothing of it.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ProfileRepository".
 */
export interface ProfileRepository {
  /**
   * Part of the names of its files on the host.
   */
  name: Name;
  /**
   * For apt.
   */
  apt?: {
    /**
     * Its addresses.
     *
     * Items: A URL.
     */
    uris: string[];
    /**
     * Suites; one that ends with `/` is a path, and there are no components.
     *
     * Items: A suite, or a path that ends with `/`.
     */
    suites: string[];
    /**
     * Components.
     *
     * Items: A component.
     */
    components?: string[];
    /**
     * How what comes from it is checked.
     */
    signature: RepositorySignature;
  };
  /**
   * For dnf and yum.
   */
  rpm?: RpmRepository;
  /**
   * For zypper.
   */
  zypper?: RpmRepository;
  /**
   * For apk.
   */
  apk?: {
    /**
     * Its address.
     */
    url: string;
    /**
     * Its public key as text in PEM form. Without it: one that the host knows already.
     */
    key?: string;
    /**
     * Name of the key's file, as the index of the repository names it. Without it: the name of the repository and `.rsa.pub`.
     */
    keyName?: string;
  };
}
/**
 * A repository of rpm packages.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "RpmRepository".
 */
export interface RpmRepository {
  /**
   * Its address; `$releasever` and `$basearch` are filled in on the host.
   */
  baseUrl: string;
  /**
   * How what comes from it is checked.
   */
  signature: RepositorySignature;
}
/**
 * How the host knows that what it gets is genuine: exactly one of these.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "RepositorySignature".
 */
export interface RepositorySignature {
  /**
   * The public key, as text: armored for apt, dnf, yum and zypper, PEM for apk.
   */
  key?: string;
  /**
   * Path of the public key where it is on the host already.
   */
  keyFile?: FilePath;
  /**
   * Nothing is checked: whoever answers at that address is root on the host.
   */
  unchecked?: true;
}
/**
 * What of the profiles that it extends, and for a family what of the common part too, does not apply here. It says what is no longer wanted; what was brought to a host for it is taken away again.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ProfileRemoval".
 */
export interface ProfileRemoval {
  /**
   * Packages.
   */
  packages?: PackageName[];
  /**
   * Files, by their paths.
   */
  files?: FilePath[];
  /**
   * Commands, by their names.
   */
  commands?: Name[];
  /**
   * Services.
   */
  services?: ServiceName[];
  /**
   * Repositories, by their names.
   */
  repositories?: Name[];
}
/**
 * Where the host is and how it is reached.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "HostSpec".
 */
export interface HostSpec {
  /**
   * IP address or DNS name at which SSH answers, without a port.
   */
  address: string;
  /**
   * TCP port of the SSH server. Without it: the Cluster's, the Fleet's, or 22.
   */
  port?: Port;
  /**
   * User to log in as. Without it: the Cluster's, the Fleet's, or root.
   */
  user?: User;
  /**
   * The Cluster that the host belongs to.
   */
  cluster?: Name;
  /**
   * Name of the SSH identity in the daemon's configuration. Without it: the Cluster's, the Fleet's, or `default`.
   */
  identity?: Name;
  /**
   * The Host through which this one is reached.
   */
  jumpHost?: Name;
  /**
   * Public keys that the host may show; any other key stops it. One line each, as `ssh-keyscan` prints after the name.
   */
  hostKeys?: PublicKey[];
  /**
   * Takes the host out of operations, budgets and alarms while somebody works on it.
   */
  maintenance?: Freeze;
  /**
   * What happens to what Intendant put on the host when its document is removed. The machine itself is never destroyed.
   */
  onRemove?: 'leave' | 'clean';
  /**
   * A counter: raise it when the machine was installed anew. The host key that was recorded on first use and all that was known of the host are dropped, and it is bootstrapped again.
   */
  reimage?: number;
  /**
   * What it is for, for people.
   */
  description?: string;
}
/**
 * The kind of network and its options.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "NetworkSpec".
 */
export interface NetworkSpec {
  /**
   * `flannel_etcd`: flannel reads its configuration from etcd. `flannel_server`: flannel asks a server of its own.
   */
  type?: 'flannel_etcd' | 'flannel_server';
  /**
   * Options of the network.
   */
  options?: {
    /**
     * `host:port` of the flannel server; required for `flannel_server`.
     */
    address?: string;
    /**
     * The address range of the whole network, as CIDR.
     */
    network?: string;
    /**
     * Prefix length of the part that each host gets.
     */
    subnetLen?: number;
    /**
     * How packets travel between hosts.
     */
    backend?: 'udp' | 'vxlan' | 'host-gw' | 'wireguard';
  };
}
/**
 * What starts it: exactly one of these.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ScheduleWhen".
 */
export interface ScheduleWhen {
  /**
   * Times, as cron writes them: minute, hour, day of month, month, day of week. Read on the clocks of `timeZone`.
   */
  start?: string;
  /**
   * `reboot-required`: whenever hosts of the target say that they need a reboot; the Operation is on those alone. A host that is none the better for it is tried again on the next day.
   */
  trigger?: 'reboot-required';
}
/**
 * What is started, and when.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "OperationScheduleSpec".
 */
export interface OperationScheduleSpec {
  /**
   * What it is for, for people.
   */
  description?: string;
  when: ScheduleWhen;
  /**
   * IANA name of the zone whose clocks `when.start` and the date in the name are read on.
   */
  timeZone?: string;
  /**
   * How late it may still start, when the daemon was away at the time. Of several missed times the last one counts.
   */
  catchUp?: Duration;
  /**
   * Starts nothing while true; what was started goes on.
   */
  suspend?: boolean;
  /**
   * The spec of the Operation that is started.
   */
  operation: OperationSpec;
}
/**
 * Reboots each host, and counts it as done when it is back with a new boot id and its checks pass.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "RestartOperation".
 */
export interface RestartOperation {
  /**
   * What is done: `restart` reboots each host and proves it by its boot id; `run` runs a script on each; `upgrade` brings its packages or its image up to date; `deploy` makes one version of the whole system the running one; `apply` brings each host to the profile of its cluster.
   */
  type: 'restart';
  /**
   * Why it is done, for people.
   */
  description?: string;
  target: Target;
  /**
   * How it rolls over the hosts.
   */
  rollout?: Rollout;
  /**
   * When hosts may be begun. The windows of every cluster concerned must be open as well.
   */
  windows?: Windows;
  /**
   * Operations that must have succeeded before this one begins. One that failed or was cancelled holds it until a retry of that one succeeds.
   */
  dependsOn?: Name[];
  checks?: OperationChecks;
  /**
   * Commands on helper hosts before and after the act on each host, within those of its cluster.
   */
  hooks?: Hooks;
  /**
   * Per host: how long it may take to come back (restart), or the script to end (run).
   */
  timeout?: Duration;
  /**
   * Holds it until somebody else than its author has approved what it does. May change once it has begun, without effect.
   */
  approval?: Approval;
  /**
   * Starts no further host while true. May change once it has begun.
   */
  suspend?: boolean;
  /**
   * Ends it for good: the host in hand is brought to its end, no other is started. May change once it has begun.
   */
  cancel?: boolean;
  /**
   * A counter: raise it to run again on the hosts that failed or were skipped. May change once it has begun.
   */
  retry?: number;
}
/**
 * Runs a script on each host, and keeps its exit code and the beginning of its output.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "RunOperation".
 */
export interface RunOperation {
  /**
   * What is done: `restart` reboots each host and proves it by its boot id; `run` runs a script on each; `upgrade` brings its packages or its image up to date; `deploy` makes one version of the whole system the running one; `apply` brings each host to the profile of its cluster.
   */
  type: 'run';
  /**
   * Why it is done, for people.
   */
  description?: string;
  target: Target;
  /**
   * The script; its first line may name an interpreter, else `sh` runs it.
   */
  script: string;
  /**
   * Arguments of the script.
   *
   * Items: One argument.
   */
  args?: string[];
  /**
   * How it rolls over the hosts.
   */
  rollout?: Rollout;
  /**
   * When hosts may be begun. The windows of every cluster concerned must be open as well.
   */
  windows?: Windows;
  /**
   * Operations that must have succeeded before this one begins. One that failed or was cancelled holds it until a retry of that one succeeds.
   */
  dependsOn?: Name[];
  checks?: OperationChecks;
  /**
   * Commands on helper hosts before and after the act on each host, within those of its cluster.
   */
  hooks?: Hooks;
  /**
   * Per host: how long it may take to come back (restart), or the script to end (run).
   */
  timeout?: Duration;
  /**
   * Holds it until somebody else than its author has approved what it does. May change once it has begun, without effect.
   */
  approval?: Approval;
  /**
   * Starts no further host while true. May change once it has begun.
   */
  suspend?: boolean;
  /**
   * Ends it for good: the host in hand is brought to its end, no other is started. May change once it has begun.
   */
  cancel?: boolean;
  /**
   * A counter: raise it to run again on the hosts that failed or were skipped. May change once it has begun.
   */
  retry?: number;
}
/**
 * Upgrades each host with the tool of its family (apt, dnf, yum, zypper, apk, rpm-ostree, bootc), reboots it where that is wanted, and proves it.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "UpgradeOperation".
 */
export interface UpgradeOperation {
  /**
   * What is done: `restart` reboots each host and proves it by its boot id; `run` runs a script on each; `upgrade` brings its packages or its image up to date; `deploy` makes one version of the whole system the running one; `apply` brings each host to the profile of its cluster.
   */
  type: 'upgrade';
  /**
   * Why it is done, for people.
   */
  description?: string;
  target: Target;
  /**
   * Whether the host is rebooted afterwards: `if-required` where its family says that one is due (`/run/reboot-required`, `needs-restarting -r`, a staged deployment).
   */
  reboot?: 'never' | 'if-required' | 'always';
  /**
   * How it rolls over the hosts.
   */
  rollout?: Rollout;
  /**
   * When hosts may be begun. The windows of every cluster concerned must be open as well.
   */
  windows?: Windows;
  /**
   * Operations that must have succeeded before this one begins. One that failed or was cancelled holds it until a retry of that one succeeds.
   */
  dependsOn?: Name[];
  checks?: OperationChecks;
  /**
   * Commands on helper hosts before and after the act on each host, within those of its cluster.
   */
  hooks?: Hooks;
  /**
   * Per host: how long the upgrade may take, and again how long it may take to come back.
   */
  timeout?: Duration;
  /**
   * Holds it until somebody else than its author has approved what it does. May change once it has begun, without effect.
   */
  approval?: Approval;
  /**
   * Starts no further host while true. May change once it has begun.
   */
  suspend?: boolean;
  /**
   * Ends it for good: the host in hand is brought to its end, no other is started. May change once it has begun.
   */
  cancel?: boolean;
  /**
   * A counter: raise it to run again on the hosts that failed or were skipped. May change once it has begun.
   */
  retry?: number;
}
/**
 * Makes a version the running system of each host: an ostree version or commit (rpm-ostree), an image (bootc). Hosts of packages cannot; they fail untouched and say so.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "DeployOperation".
 */
export interface DeployOperation {
  /**
   * What is done: `restart` reboots each host and proves it by its boot id; `run` runs a script on each; `upgrade` brings its packages or its image up to date; `deploy` makes one version of the whole system the running one; `apply` brings each host to the profile of its cluster.
   */
  type: 'deploy';
  /**
   * Why it is done, for people.
   */
  description?: string;
  target: Target;
  /**
   * What to deploy: for rpm-ostree a version or `revision=` and a commit, for bootc an image reference with tag or digest.
   */
  version: string;
  /**
   * Whether the host is rebooted afterwards: `if-required` where its family says that one is due (`/run/reboot-required`, `needs-restarting -r`, a staged deployment).
   */
  reboot?: 'never' | 'if-required' | 'always';
  /**
   * Goes back to the deployment before, with a reboot, when a host is back with the new version and does not pass: the version is not the running one, or a check after fails. The host has failed all the same.
   */
  rollback?: boolean;
  /**
   * How it rolls over the hosts.
   */
  rollout?: Rollout;
  /**
   * When hosts may be begun. The windows of every cluster concerned must be open as well.
   */
  windows?: Windows;
  /**
   * Operations that must have succeeded before this one begins. One that failed or was cancelled holds it until a retry of that one succeeds.
   */
  dependsOn?: Name[];
  checks?: OperationChecks;
  /**
   * Commands on helper hosts before and after the act on each host, within those of its cluster.
   */
  hooks?: Hooks;
  /**
   * Per host: how long the deployment may take, and again how long it may take to come back.
   */
  timeout?: Duration;
  /**
   * Holds it until somebody else than its author has approved what it does. May change once it has begun, without effect.
   */
  approval?: Approval;
  /**
   * Starts no further host while true. May change once it has begun.
   */
  suspend?: boolean;
  /**
   * Ends it for good: the host in hand is brought to its end, no other is started. May change once it has begun.
   */
  cancel?: boolean;
  /**
   * A counter: raise it to run again on the hosts that failed or were skipped. May change once it has begun.
   */
  retry?: number;
}
/**
 * Brings each host to the HostProfile of its cluster: packages, files, commands, services. A host that has all of it is left as it is. Changes of a profile are applied without such a document; this one heals drift, or applies now and at your pace.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "ApplyOperation".
 */
export interface ApplyOperation {
  /**
   * What is done: `restart` reboots each host and proves it by its boot id; `run` runs a script on each; `upgrade` brings its packages or its image up to date; `deploy` makes one version of the whole system the running one; `apply` brings each host to the profile of its cluster.
   */
  type: 'apply';
  /**
   * Why it is done, for people.
   */
  description?: string;
  target: Target;
  /**
   * Digest of the profile that is applied: hosts are left alone once the profile is another one. Written by operations that a Cluster starts by itself. Without it: the profile as it is when a host has its turn.
   */
  profile?: string;
  /**
   * How it rolls over the hosts.
   */
  rollout?: Rollout;
  /**
   * When hosts may be begun. The windows of every cluster concerned must be open as well.
   */
  windows?: Windows;
  /**
   * Operations that must have succeeded before this one begins. One that failed or was cancelled holds it until a retry of that one succeeds.
   */
  dependsOn?: Name[];
  checks?: OperationChecks;
  /**
   * Commands on helper hosts before and after the act on each host, within those of its cluster.
   */
  hooks?: Hooks;
  /**
   * Per host: how long it may take.
   */
  timeout?: Duration;
  /**
   * Holds it until somebody else than its author has approved what it does. May change once it has begun, without effect.
   */
  approval?: Approval;
  /**
   * Starts no further host while true. May change once it has begun.
   */
  suspend?: boolean;
  /**
   * Ends it for good: the host in hand is brought to its end, no other is started. May change once it has begun.
   */
  cancel?: boolean;
  /**
   * A counter: raise it to run again on the hosts that failed or were skipped. May change once it has begun.
   */
  retry?: number;
}
/**
 * The hosts concerned: exactly one of these. What they select is resolved once, when the operation begins.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Target".
 */
export interface Target {
  /**
   * All hosts of this Cluster.
   */
  cluster?: Name;
  /**
   * These Hosts, begun in this order.
   */
  hosts?: Name[];
  selector?: Selector;
}
/**
 * Hosts by their labels.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "Selector".
 */
export interface Selector {
  /**
   * Only hosts of this Cluster.
   */
  cluster?: Name;
  /**
   * Labels that a host must all have. Empty selects nothing.
   */
  matchLabels: StringMap;
}
/**
 * Commands that each host must pass.
 *
 * This interface was referenced by `Unused`'s JSON-Schema
 * via the `definition` "OperationChecks".
 */
export interface OperationChecks {
  /**
   * Before the host is touched; a host that fails is skipped untouched and counts as failed.
   */
  before?: Check[];
  /**
   * After it is done; a host that fails counts as failed.
   */
  after?: Check[];
}

declare module '../../reconciler/model/resource.ts' {
  interface SpecByKind {
    Cluster: ClusterSpec;
    ContainerManager: ContainerManagerSpec;
    Fleet: FleetSpec;
    HostProfile: HostProfileSpec;
    Host: HostSpec;
    Network: NetworkSpec;
    OperationSchedule: OperationScheduleSpec;
    Operation: OperationSpec;
  }
}
