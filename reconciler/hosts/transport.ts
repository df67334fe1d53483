import type { Sensitive } from '../model/sensitive.ts';
import type { CommandLine } from './command.ts';
import type { LostCode } from './lost.ts';

/** Where and as whom to log in. Resolved from Host, Cluster and configuration by the caller; holds no secret. */
export interface HostTarget {
  /** Name of the Host resource: the key of the connection pool and of messages. */
  name: string;
  address: string;
  /** Default 22. */
  port: number;
  /** Default root. Anyone else acts through sudo. */
  user: string;
  /** Name of an identity in the daemon's configuration; undefined = its default identity. */
  identity?: string;
  /** Pinned public keys, `ssh-ed25519 AAAA…`; any of them may be shown. */
  hostKeys: readonly string[];
  /**
   * True: where no key is written down (here or in the known_hosts file), the recorded one is accepted, or with none recorded
   * the first one seen, which `HostSession.firstUse` then tells.
   */
  trustOnFirstUse: boolean;
  /** The key that was accepted on first use earlier: counts only with `trustOnFirstUse` and where none is written down. */
  recordedKey?: string;
  /** Through which hosts, outermost first. */
  jumps: readonly HostTarget[];
}

/** What a command reads; a secret is revealed when it is written to the socket. */
export type StandardInput = string | Uint8Array | Sensitive;

export interface RunLimits {
  /** Required: no command runs without a deadline. */
  timeoutMs: number;
  /**
   * Bytes of stdout and of stderr that are kept; the rest is counted. Default 65536 each. A command that prints 1 MiB more
   * than that never ends by itself: it counts as lost at once.
   */
  maxOutputBytes?: number;
  /** Sent to the command's standard input, which is then closed. */
  stdin?: StandardInput;
  /**
   * A line that is written first, such as a password; `stdin` follows once the command has printed `ready`, so that nothing of it is
   * taken for a password. When the command asks again, its input is closed.
   */
  preface?: { line: Sensitive; ready: string };
}

/** How a command ended, as far as it was seen. */
export interface CommandResult {
  /**
   * `exited`: the remote said so. `lost`: the connection went before it did, or the deadline passed: the outcome is
   * unknown, neither failed nor done.
   */
  ended: 'exited' | 'lost';
  exitCode?: number;
  signal?: string;
  /** For `lost`: what was seen (`connection reset`, `no answer within 30s`). */
  lostBecause?: string;
  /** For `lost`: which kind of loss it was. */
  lostCode?: LostCode;
  /** UTF-8, control characters other than newline and tab removed. */
  stdout: string;
  stderr: string;
  droppedBytes: number;
  durationMs: number;
}

/** A logged-in, authenticated connection to one host, taken from the pool. */
export interface HostSession {
  /** The host key the server proved, `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** True: nothing was written down about this host, so that its key is to be recorded (or was). */
  readonly firstUse?: boolean;
  /** The password for sudo there, as its file or variable says now; undefined = sudo must not ask. */
  sudoPassword(): Promise<Sensitive | undefined>;
  run(command: CommandLine, limits: RunLimits, signal: AbortSignal): Promise<CommandResult>;
  /** Writes a file beside its target with its final mode, then renames it. */
  upload(
    file: { path: string; content: Uint8Array; mode: number },
    limits: { timeoutMs: number },
    signal: AbortSignal,
  ): Promise<void>;
  /** Gives the session back to the pool. */
  release(): void;
}

/**
 * How hosts are reached. Failures to connect throw: Transient `HOST_UNREACHABLE`, `LOGIN_TIMED_OUT`, `CONNECTION_LOST` (with
 * `hint`), InvalidInput
 * `HOST_KEY_CHANGED`, `HOST_KEY_UNKNOWN`, `LOGIN_REFUSED`.
 */
export interface HostTransport {
  open(target: HostTarget, signal: AbortSignal): Promise<HostSession>;
  /** Closes the pooled connection of one host, so that the next `open` proves itself anew. */
  drop(name: string): void;
  close(): Promise<void>;
}
