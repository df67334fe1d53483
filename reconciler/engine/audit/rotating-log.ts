import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

export interface RotatingLogOptions {
  /** Made if it is not there, for nobody but us. */
  folder: string;
  /** `<name>.jsonl` is written; `<name>.1.jsonl` and on are older ones. */
  name: string;
  /** A file that has reached this size is set aside. */
  maxBytes: number;
  /** Files kept, the one being written included; older ones are removed. */
  files: number;
  /** Told of the first failure to write, and when writing works again (undefined). */
  onTrouble: (error: Error | undefined) => void;
}

/** Lines that wait for room on the disk; what comes beyond is counted and lost. */
const MOST_WAITING = 10_000;
/** Lines are gathered this long before they are written, in milliseconds. */
const GATHER_MS = 200;
/** Pause before a failed write is tried again, in milliseconds. */
const RETRY_MS = 2000;

/**
 * Lines appended to a file, which is set aside when it has grown. `append` gathers and never fails; `appendSynced` resolves
 * when the line, and all before it, are on the disk, and rejects when they cannot be. A write that failed half-way is taken
 * back, so a full disk leaves neither torn nor repeated lines.
 */
export class RotatingLog {
  readonly #options: RotatingLogOptions;
  #waiting: string[] = [];
  #lost = 0;
  #file: { handle: FileHandle; size: number } | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #troubled = false;
  #closed = false;

  constructor(options: RotatingLogOptions) {
    this.#options = options;
  }

  /** Adds a line; it is written soon. */
  append(line: string): void {
    if (this.#waiting.length >= MOST_WAITING) this.#lost += 1;
    else this.#waiting.push(line);
    this.#gather(GATHER_MS);
  }

  /** Adds a line, and resolves when it is on the disk. When it rejects, the line was not added. */
  appendSynced(line: string): Promise<void> {
    return this.#serially(() => this.#flush([line], true));
  }

  /** Writes what waits and closes the file. What cannot be written by then is lost. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#serially(() => this.#flush([], true)).catch(() => undefined);
    await this.#serially(async () => {
      await this.#file?.handle.close();
      this.#file = undefined;
    }).catch(() => undefined);
  }

  #gather(ms: number): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#serially(() => this.#flush([], false)).catch(() => this.#gather(RETRY_MS));
    }, ms);
    this.#timer.unref();
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #flush(more: readonly string[], synced: boolean): Promise<void> {
    const waiting = this.#waiting;
    const gap = this.#lost;
    if (waiting.length + more.length === 0) return;
    this.#waiting = [];
    this.#lost = 0;
    const note = gap > 0 ? [JSON.stringify({ event: 'gap', lost: gap })] : [];
    try {
      await this.#write(Buffer.from([...waiting, ...note, ...more].map((line) => `${line}\n`).join('')), synced);
      if (this.#troubled) this.#options.onTrouble(undefined);
      this.#troubled = false;
    } catch (error) {
      this.#waiting = [...waiting, ...this.#waiting];
      this.#lost += gap;
      if (!this.#troubled) this.#options.onTrouble(error as Error);
      this.#troubled = true;
      this.#gather(RETRY_MS);
      throw error;
    }
  }

  async #write(bytes: Buffer, synced: boolean): Promise<void> {
    const file = await this.#fileFor(bytes.length);
    try {
      await file.handle.appendFile(bytes);
      if (synced) await file.handle.datasync();
      file.size += bytes.length;
    } catch (error) {
      // Taken back to the last whole line; where even that fails, opening anew ends the torn line.
      this.#file = undefined;
      await file.handle.truncate(file.size).catch(() => undefined);
      await file.handle.close().catch(() => undefined);
      throw error;
    }
  }

  async #fileFor(more: number): Promise<{ handle: FileHandle; size: number }> {
    if (this.#file && this.#file.size > 0 && this.#file.size + more > this.#options.maxBytes) await this.#rotate();
    this.#file ??= await this.#open();
    return this.#file;
  }

  async #open(): Promise<{ handle: FileHandle; size: number }> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    const handle = await open(this.#path(0), 'a+', 0o600);
    try {
      const { size } = await handle.stat();
      // Also after setting the old one aside: a line counts as on the disk only if its file will be found there.
      if (size === 0) await syncFolder(this.#options.folder);
      const whole = size === 0 || (await endsWithNewline(handle, size));
      if (!whole) await handle.appendFile('\n');
      return { handle, size: size + (whole ? 0 : 1) };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #rotate(): Promise<void> {
    await this.#file?.handle.datasync();
    await this.#file?.handle.close();
    this.#file = undefined;
    for (let age = this.#options.files - 2; age >= 0; age -= 1) {
      await rename(this.#path(age), this.#path(age + 1)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
  }

  #path(age: number): string {
    return join(this.#options.folder, age === 0 ? `${this.#options.name}.jsonl` : `${this.#options.name}.${age}.jsonl`);
  }
}

async function endsWithNewline(handle: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 10;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
