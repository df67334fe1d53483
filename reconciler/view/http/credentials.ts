import type { Resource } from '../../model/resource.ts';
import type { Sensitive } from '../../model/sensitive.ts';

/** What is needed to log in to a host. */
export interface HostCredentials {
  remoteUser: string;
  /** The private key as its file holds it; absent where the identity is no key file (an agent, a variable). */
  privateKey?: Sensitive;
}

/** Finds the credentials of a host through the configuration of the daemon. Undefined: there are none to be told. */
export type ReadCredentials = (host: Resource<'Host'>, signal: AbortSignal) => Promise<HostCredentials | undefined>;

/** Something that a person did through the view, to be written down where it lasts. */
export interface ViewEvent {
  type: 'CredentialsRead';
  /** ISO time. */
  at: string;
  /** Who, and how they signed in. */
  who: string;
  by: string;
  /** Name of the host. */
  host: string;
  /** IP address that it was asked from. */
  from: string;
}

/** Writes an event down. Throws when it could not: then what it speaks of does not happen. */
export type RecordEvent = (event: ViewEvent, signal: AbortSignal) => Promise<void>;
