import { join } from 'node:path';
import { watch } from 'chokidar';
import type { FSWatcher } from 'chokidar';
import { findGitDir } from './local-repository.ts';

/**
 * Says when the refs of a local repository may have changed. A hint only: without it the poll sees the same, later.
 * Starts watching with the first listener.
 */
export class RefWatcher {
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  #watcher: FSWatcher | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws InvalidInput when there is no repository at the path. */
  on(listener: () => void): void {
    this.#listeners.add(listener);
    this.#watcher ??= this.#start();
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#watcher?.close();
  }

  #start(): FSWatcher {
    const gitDir = findGitDir(this.#path);
    const watcher = watch([join(gitDir, 'refs', 'heads'), join(gitDir, 'packed-refs')], {
      ignoreInitial: true,
      // Locks come and go beside every ref; only the rename onto the ref counts.
      ignored: (path) => path.endsWith('.lock'),
    });
    const tell = (): void => this.#listeners.forEach((listener) => listener());
    for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, tell);
    // Watches that run out (inotify limits) leave the poll.
    watcher.on('error', () => undefined);
    return watcher;
  }
}
