import type { SecretReference } from './secret.ts';

/** Who may read, and how they prove who they are: after defaults, with absolute paths. */
export interface SignInSettings {
  /** Tried in order until one accepts. */
  authenticators: AuthenticatorSettings[];
  /** Paths that need no sign-in, compared exactly. */
  selfAuths: string[];
  credsReaders: CredsReaders;
  limits: LimitSettings;
}

/** Who has the role `creds-reader` besides that of every viewer. Nobody where all lists are empty. */
export interface CredsReaders {
  /** Names that any authenticator but `clientCertificate` gave. */
  users: string[];
  /** Groups that `oidc`, `kubernetesToken` or a module gave. */
  groups: string[];
  /** Common names of client certificates. */
  commonNames: string[];
}

/** How many sign-ins may fail within a window. */
export interface LimitSettings {
  windowMs: number;
  /** From one address, whatever the names; IPv6 addresses count by their first 64 bits. */
  perAddress: number;
  /** Of one name from one address. Ten times as many of one name from anywhere, and each address has one try. */
  perUser: number;
}

export type AuthenticatorSettings =
  | BasicSettings
  | ClientCertificateSettings
  | KeystonePasswordSettings
  | KeystoneTokenSettings
  | KubernetesTokenSettings
  | OidcSettings
  | ModuleSettings;

export interface BasicSettings {
  type: 'basic';
  /** Inline, in the form of the file; the file wins. */
  users?: Record<string, { hash: string }> | undefined;
  usersFile?: string | undefined;
}

export interface ClientCertificateSettings {
  type: 'clientCertificate';
  commonNames?: string[] | undefined;
}

/** What every authenticator that asks a server has. */
interface Remote {
  caFile?: string | undefined;
  /** How long one question may take. */
  timeoutMs: number;
}

export interface KeystonePasswordSettings extends Remote {
  type: 'keystonePassword';
  url: string;
  domain?: string | undefined;
}

export interface KeystoneTokenSettings extends Remote {
  type: 'keystoneToken';
  url: string;
}

export interface KubernetesTokenSettings extends Remote {
  type: 'kubernetesToken';
  server: string;
  /** The token that may create TokenReviews; read at each question. */
  tokenFile: string;
  audiences?: string[] | undefined;
  /** Whose members may sign in; everybody where there is no list. */
  groups?: string[] | undefined;
}

export interface OidcSettings extends Remote {
  type: 'oidc';
  issuer: string;
  /** Of bearer tokens; `clientId` where it is absent. */
  audience?: string | undefined;
  /** With `publicUrl`: browsers may sign in. */
  clientId?: string | undefined;
  clientSecret?: SecretReference | undefined;
  /** Address of the view as browsers reach it, without a path. */
  publicUrl?: string | undefined;
  usernameClaim: string;
  groupsClaim: string;
  /** Whose members may sign in; everybody whom the issuer knows where there is no list. */
  groups?: string[] | undefined;
  scopes: string[];
  /** How long a browser stays signed in. */
  sessionMs: number;
  /** At least 32 characters by chance; copies of the view share it. Absent: a key of this process. */
  sessionKeyFile?: string | undefined;
}

export interface ModuleSettings {
  type: 'module';
  /** Name of an installed package, or a path. */
  module: string;
  options: Record<string, unknown>;
  timeoutMs: number;
}
