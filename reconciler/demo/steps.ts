import type { Clock } from '../model/clock.ts';

/** What a step folder of a host holds. */
export interface StepFolder {
  digest: string;
  /** Boot id under which it was started. */
  boot: string;
  exitCode?: number;
  output: Buffer;
  dropped: number;
  /** Called once, when the exit code stands. */
  waiters: (() => void)[];
}

/** The step folders of one simulated host, by path. They outlive its reboots. */
export class StepFolders {
  readonly #folders = new Map<string, StepFolder>();

  get(path: string): StepFolder | undefined {
    return this.#folders.get(path);
  }

  /** The atomic mkdir: undefined when the folder exists. */
  make(path: string, digest: string, boot: string): StepFolder | undefined {
    if (this.#folders.has(path)) return undefined;
    const folder: StepFolder = { digest, boot, output: Buffer.alloc(0), dropped: 0, waiters: [] };
    this.#folders.set(path, folder);
    return folder;
  }

  /** The last thing a runner does: the output, capped, and the exit code. */
  finish(folder: StepFolder, output: Buffer, exitCode: number, maxOutputBytes: number): void {
    folder.output = output.subarray(0, maxOutputBytes);
    folder.dropped = output.length - folder.output.length;
    folder.exitCode = exitCode;
    for (const wake of folder.waiters.splice(0)) wake();
  }

  /** Wakes whoever waits for a step: the host goes down and there is nothing to wait for. */
  abandon(): void {
    for (const folder of this.#folders.values()) for (const wake of folder.waiters.splice(0)) wake();
  }
}

/** Waits until the step has an exit code, the host goes down or the time is over. */
export async function waitForExit(
  folder: StepFolder,
  seconds: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  if (folder.exitCode !== undefined || seconds <= 0) return;
  const stop = new AbortController();
  const limit = AbortSignal.any([stop.signal, signal]);
  const ended = new Promise<void>((resolve) => folder.waiters.push(resolve));
  try {
    await Promise.race([ended, clock.sleep(seconds * 1000, limit)]);
  } finally {
    stop.abort();
  }
}
