/** What a person or program may do beyond reading: `creds-reader` may read where the credentials of hosts are. */
export type Role = 'viewer' | 'creds-reader';

/** Who asks, as the authenticator that accepted it says. */
export interface Principal {
  name: string;
  roles: readonly Role[];
  /** Type of the authenticator: `basic`, `oidc`, …; `none` where the view is open on loopback. */
  by: string;
}
