import type { SecretReference } from '../sign-in/secret.ts';

/** The webhook of the configuration. */
export interface HookSettings {
  /** The last part of its address, which nobody can guess. */
  path: string;
  /** What the forge signs with, or shows; read at each call. */
  secret: SecretReference;
}
