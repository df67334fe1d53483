import { setMaxListeners } from 'node:events';
import type { Clock } from '../model/clock.ts';
import { abortReason } from '../model/clock.ts';
import { messageOf } from '../model/errors.ts';
import type { SshConnection } from '../ssh/connect.ts';
import { deadline } from '../ssh/deadline.ts';
import { exec } from '../ssh/exec.ts';
import { Slots } from '../ssh/slots.ts';
import { renderCommand } from './command.ts';
import type { CommandLine } from './command.ts';
import { runChannel } from './run-channel.ts';
import type { LostCode } from './lost.ts';
import type { CommandResult, RunLimits } from './transport.ts';

/** Commands at once on one connection; more wait in line. sshd allows ten sessions by default, other clients want some. */
const CHANNELS_PER_HOST = 4;
/** Refusals to open a channel while none of ours was open, after which the server is believed. */
const MAX_REFUSALS = 8;

/** A command that timed out ends the connection where not a byte has come since something was asked this long ago, in milliseconds. */
const SILENCE_MS = 30_000;

/** What of time and limits a pooled connection needs. */
export interface PooledConnectionOptions {
  clock: Clock;
  /** Milliseconds without a user after which it is closed. */
  idleMs: number;
  /** Called once, when it is closed from whichever side. */
  onClosed: () => void;
}

/** One connection of the pool: counts its users, keeps to its channels, closes itself when it has been idle. */
export class PooledConnection {
  readonly hostKey: string;
  readonly #connection: SshConnection;
  readonly #options: PooledConnectionOptions;
  readonly #channels = new Slots(CHANNELS_PER_HOST);
  /** Commands that have a channel open or are opening one, and who waits for one of them to end. */
  #busy = 0;
  #waiters: (() => void)[] = [];
  /** The first of the commands since which nothing was heard: what had been heard then, and when it was (monotonic). */
  #asked: { heard: number; at: number } | undefined;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;
  #open = true;

  constructor(connection: SshConnection, options: PooledConnectionOptions) {
    this.hostKey = connection.hostKey;
    this.#connection = connection;
    this.#options = options;
    connection.client.once('close', () => this.#broken());
    connection.client.once('end', () => this.#broken());
    this.#rest();
  }

  get isOpen(): boolean {
    return this.#open && this.#connection.isOpen();
  }

  get client(): SshConnection['client'] {
    return this.#connection.client;
  }

  /** Keeps it from going idle; gives the function that ends that (calling it twice is harmless). */
  use(): () => void {
    this.#users++;
    clearTimeout(this.#idle);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#users--;
      this.#rest();
    };
  }

  /** Runs a command within the channels of this host. Rejects with the signal's reason only. */
  async run(line: CommandLine, limits: RunLimits, signal: AbortSignal): Promise<CommandResult> {
    // One signal of the daemon stands behind every command; that many listeners are no leak.
    setMaxListeners(0, signal);
    const release = await this.#channels.acquire(signal);
    const bound = deadline(signal, limits.timeoutMs);
    this.#noteAsked();
    try {
      const result = await this.#runNow(renderCommand(line), limits, bound.signal, signal);
      // A host that does not stop printing need not heed that we closed the channel: it has no other way to be stopped.
      if (result.lostCode === 'ENDLESS_OUTPUT') this.#broken();
      // The other end may have gone without a word: the next command must not wait on the same connection.
      if (result.lostCode === 'COMMAND_TIMED_OUT' && this.#isSilent()) this.#broken();
      return result;
    } finally {
      bound.clear();
      release();
    }
  }

  /** Closes it; what runs on it is lost. */
  close(): void {
    if (!this.#open) return;
    this.#connection.close();
    this.#ended();
  }

  #noteAsked(): void {
    const heard = this.#connection.heard();
    if (this.#asked?.heard !== heard) this.#asked = { heard, at: this.#options.clock.monotonic() };
  }

  #isSilent(): boolean {
    const { heard, at } = this.#asked!;
    return this.#connection.heard() === heard && this.#options.clock.monotonic() - at >= SILENCE_MS;
  }

  async #runNow(text: string, limits: RunLimits, bound: AbortSignal, signal: AbortSignal): Promise<CommandResult> {
    const { clock } = this.#options;
    const since = clock.monotonic();
    for (let quiet = 0; ;) {
      try {
        return await this.#busyWith(async () => {
          const channel = await exec(this.client, text, bound, limits.timeoutMs);
          const leftMs = Math.max(1, limits.timeoutMs - (clock.monotonic() - since));
          return runChannel(channel, { ...limits, leftMs }, clock, signal);
        });
      } catch (error) {
        if (signal.aborted) throw abortReason(signal);
        // A server that allows fewer sessions than we do refused to open one: nothing ran, so trying again is safe.
        if (refusedToOpen(error) && (await this.#roomAgain(this.#busy > 0 ? 0 : ++quiet, bound))) continue;
        if (signal.aborted) throw abortReason(signal);
        const why = bound.aborted ? 'no channel in time' : messageOf(error);
        const code = bound.aborted || /no channel within/.test(why) ? 'COMMAND_TIMED_OUT' : 'CONNECTION_LOST';
        return lost(`the command did not start: ${why}`, code, clock.monotonic() - since);
      }
    }
  }

  async #busyWith(work: () => Promise<CommandResult>): Promise<CommandResult> {
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
      for (const wake of this.#waiters.splice(0)) wake();
    }
  }

  /**
   * Waits for a command of ours to end; when none is under way the server may still be clearing one up, so a little
   * while, longer each time (`quiet` counts those). False when that is no use any more.
   */
  async #roomAgain(quiet: number, signal: AbortSignal): Promise<boolean> {
    if (quiet === 0) return this.#oneEnds(signal);
    if (quiet > MAX_REFUSALS) return false;
    const slept = this.#options.clock.sleep(20 * 2 ** Math.min(quiet, 6), signal);
    return slept.then(
      () => true,
      () => false,
    );
  }

  /** True when another command of this connection ended, false when the time did. */
  #oneEnds(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const ended = (): void => {
        signal.removeEventListener('abort', aborted);
        resolve(!signal.aborted);
      };
      const aborted = (): void => resolve(false);
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiters.push(ended);
    });
  }

  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#users > 0 || !this.#open) return;
    this.#idle = setTimeout(() => this.close(), this.#options.idleMs);
    this.#idle.unref();
  }

  #broken(): void {
    this.#connection.destroy();
    this.#ended();
  }

  #ended(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#idle);
    this.#options.onClosed();
  }
}

function refusedToOpen(error: unknown): boolean {
  return error instanceof Error && /channel open failure/i.test(error.message);
}

function lost(lostBecause: string, lostCode: LostCode, durationMs: number): CommandResult {
  return { ended: 'lost', lostBecause, lostCode, stdout: '', stderr: '', droppedBytes: 0, durationMs };
}
