import { join } from 'node:path';
import { systemClock } from '../../reconciler/model/clock.ts';
import type { Meter } from '../../reconciler/model/meter.ts';
import { DocumentParser } from '../../reconciler/source/documents/document-parser.ts';
import { GitConfigSource } from '../../reconciler/source/git/config-source.ts';
import { GitThread } from '../../reconciler/source/git/git-thread.ts';

/** Sources of the branch `main`, each with a thread, a parser and a clone of its own below `folder`, as each process has them. */
export class GitSources {
  readonly #folder: string;
  readonly #closers: (() => Promise<unknown>)[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  open(name: string, url: string, meter?: Meter): GitConfigSource {
    const thread = new GitThread(meter);
    const parser = new DocumentParser({ clock: systemClock });
    const folder = join(this.#folder, name);
    const source = new GitConfigSource({ url, folder, branch: 'main', path: '' }, thread, parser);
    this.#closers.push(
      () => source.close(),
      () => parser.close(),
      () => thread.close(),
    );
    return source;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0)) await close();
  }
}
