/** The two programs on the far side of a git transport. */
export type GitServiceName = 'git-upload-pack' | 'git-receive-pack';

/** How to talk to a git server, whatever the transport. Every call ends by itself: silence is cut off. */
export interface GitService {
  /** The refs and capabilities that the server begins with, as packets up to the first flush. */
  advertise(service: GitServiceName, signal: AbortSignal): Promise<Buffer>;
  /** Sends one whole request and streams the answer. */
  exchange(service: GitServiceName, body: Buffer, signal: AbortSignal): AsyncIterable<Buffer>;
  /** Closes connections that are kept open. */
  close(): void;
}

export interface ServiceLimits {
  /** A server that sends nothing for this many milliseconds is cut off. */
  idleMs: number;
  /** The longest answer to `advertise`, bytes. */
  maxAdvertisementBytes: number;
}

export const DEFAULT_LIMITS: ServiceLimits = { idleMs: 30_000, maxAdvertisementBytes: 64 * 1024 * 1024 };
