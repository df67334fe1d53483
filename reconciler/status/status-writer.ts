import { setImmediate as nextTurn } from 'node:timers/promises';
import { asIntendantError, Transient } from '../model/errors.ts';
import type { ResourceKey } from '../model/resource.ts';
import { learnBranch } from './branch-files.ts';
import { Changes } from './changes.ts';
import { commitMessage, revisionText } from './commit-message.ts';
import { renderDiagnostics } from './diagnostics-file.ts';
import { DIAGNOSTICS_PATH, FLEET_PATH, isKept, README_PATH } from './layout.ts';
import { Mutex } from './mutex.ts';
import { renderFleet } from './render-fleet.ts';
import { renderReadme } from './render-readme.ts';
import { retryDelay } from './retry.ts';
import { contentOf, StatusTree, type Transition } from './status-tree.ts';
import type { PushedStatus, StatusWriterOptions } from './status-writer-options.ts';
import { Wake } from './wake.ts';

export type { PushedStatus, StatusLog, StatusWriterOptions } from './status-writer-options.ts';

/** Objects rendered before others get their turn on the event loop. */
const CHUNK = 100;

/**
 * The only thing that writes the status branch. Keeps the tree that the branch should have, pushes differences by
 * compare-and-swap, and never forces. Safe to stop at any moment: everything is worked out again from the source.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #tree = new StatusTree();
  readonly #mutex = new Mutex();
  readonly #wake = new Wake();
  #windowMs: number;
  #heartbeatMs: number;
  /** Keys to look at again. */
  #touched = new Set<ResourceKey>();
  #pending = true;
  #started = false;
  /** Paths whose wanted content may differ from the branch. */
  #dirty = new Set<string>();
  readonly #transitions = new Map<ResourceKey, Transition>();
  /** What the branch holds; undefined = to be read (again). */
  #held: { tip: string | undefined; oids: Map<string, string> } | undefined;
  #heartbeatAt: number | undefined;
  #revision: string | undefined;
  /** Proven: the branch was ours once in this process. */
  #ours = false;
  #troubled = false;
  #last: PushedStatus | undefined;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    this.#windowMs = options.windowMs ?? 2000;
    this.#heartbeatMs = options.heartbeatMs ?? 3_600_000;
  }

  /** Says that the status of an object may have changed. Cheap; never throws. */
  touch(key: ResourceKey): void {
    this.#touched.add(key);
    this.touchFleet();
  }

  /** Says that the revision, the diagnostics or the store's identity may have changed. */
  touchFleet(): void {
    this.#pending = true;
    this.#wake.notify();
  }

  /** Takes over the settings of the Fleet. */
  configure({ windowMs, heartbeatMs }: { windowMs: number; heartbeatMs: number }): void {
    const changed = heartbeatMs !== this.#heartbeatMs;
    this.#windowMs = windowMs;
    this.#heartbeatMs = heartbeatMs;
    if (changed) this.touchFleet();
  }

  /** The last commit of this process; undefined before the first. */
  lastPushed(): PushedStatus | undefined {
    return this.#last;
  }

  /** Writes until aborted, then rejects with the signal's reason. Never gives up on anything else. */
  async run(signal: AbortSignal): Promise<never> {
    const { clock } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      if (this.#started && !this.#pending) await this.#wake.wait(clock, this.#untilHeartbeat(), signal);
      if (this.#started && this.#pending) await clock.sleep(this.#windowMs, signal);
      if (!this.#started || this.#pending || this.#untilHeartbeat() <= 0) await this.flush(signal);
    }
  }

  /**
   * Resolves when everything touched so far stands in the branch; tries until then, or until aborted. With `tries` it
   * rejects with the error of that failed try instead of going on; pushes of others do not count as failed.
   */
  async flush(signal: AbortSignal, { tries = Infinity }: { tries?: number } = {}): Promise<void> {
    await this.#mutex.run(signal, () => this.#pushUntilDone(signal, tries));
  }

  async #pushUntilDone(signal: AbortSignal, tries: number): Promise<void> {
    const { clock, random, log, onTrouble } = this.#options;
    for (let moved = 0, failed = 0; ;) {
      signal.throwIfAborted();
      try {
        if (await this.#push(signal)) break;
        this.#held = undefined;
        await clock.sleep(retryDelay('moved', moved++, random), signal);
      } catch (thrown) {
        signal.throwIfAborted();
        const error = asIntendantError(thrown);
        this.#held = undefined;
        this.#troubled = true;
        log.warn({ code: error.code, reason: error.message, attempt: failed + 1 }, 'the status could not be pushed');
        onTrouble?.(error);
        if (failed + 1 >= tries) throw error;
        await clock.sleep(retryDelay('trouble', failed++, random), signal);
      }
    }
    if (!this.#troubled) return;
    this.#troubled = false;
    onTrouble?.(undefined);
  }

  /** One try. False: somebody else pushed in between. Throws when the remote is away or says no. */
  async #push(signal: AbortSignal): Promise<boolean> {
    const { branch, ref, clock, author, source } = this.#options;
    await this.#takeUpTouched();
    const relearned = !this.#held;
    const held = (this.#held ??= await this.#learn(signal));
    const now = clock.now();
    const heartbeat = this.#heartbeatAt === undefined || now >= this.#heartbeatAt + this.#heartbeatMs;
    const changes = new Changes(held.oids);
    await this.#collect(relearned ? this.#differing(held.oids) : this.#dirty, changes);
    let heartbeatAt = this.#writeOwnFiles(changes, heartbeat ? now : this.#heartbeatAt!, now);
    if (source.raiseSequence && [...changes.files.keys()].some(tellsHowFar)) {
      await source.raiseSequence();
      heartbeatAt = this.#writeOwnFiles(changes, now, now);
    }
    if (changes.files.size > 0) {
      const revision = revisionText(source.revision());
      const otherwise = heartbeat ? 'heartbeat' : revision === this.#revision ? 'status' : `accepted ${revision}`;
      const message = commitMessage({
        transitions: this.#transitionsIn(changes),
        otherwise,
        revision: source.revision(),
      });
      const timestamp = Math.floor(now / 1000);
      const result = await branch.push(
        { ref, parent: held.tip, changes: changes.files, message, author, timestamp },
        signal,
      );
      if (!result.ok && result.reason === 'moved') {
        this.#options.log.info(
          { reason: result.detail },
          'the status branch moved or is locked; building on what is there',
        );
        return false;
      }
      if (!result.ok) throw refused(result.detail);
      this.#pushed(result.commit, changes, held, now);
      this.#revision = revision;
    }
    this.#ours = true;
    this.#heartbeatAt = heartbeatAt;
    this.#dirty = new Set();
    this.#transitions.clear();
    return true;
  }

  #pushed(
    commit: string,
    changes: Changes,
    held: { tip: string | undefined; oids: Map<string, string> },
    at: number,
  ): void {
    changes.applyTo(held.oids);
    held.tip = commit;
    this.#last = { commit, at, files: changes.files.size };
    this.#options.log.info({ commit, files: changes.files.size }, 'status pushed');
  }

  /** Brings the tree up to date with the source: all of it at the start, later what was touched. */
  async #takeUpTouched(): Promise<void> {
    const { source } = this.#options;
    this.#pending = false;
    const touched = this.#touched;
    this.#touched = new Set();
    if (!this.#started) for (const { key } of source.objects()) touched.add(key);
    let count = 0;
    for (const key of touched) {
      const transition = this.#tree.update(key, source.object(key), this.#dirty);
      if (transition) this.#note(transition);
      if (++count % CHUNK === 0) await nextTurn();
    }
    this.#started = true;
  }

  /** Several transitions of one object before a push are one: from where it stood in the branch. */
  #note(transition: Transition): void {
    const before = this.#transitions.get(transition.key);
    const from = before ? before.from : transition.from;
    this.#transitions.delete(transition.key);
    if (from !== transition.to) this.#transitions.set(transition.key, { ...transition, from });
  }

  async #learn(signal: AbortSignal): Promise<{ tip: string | undefined; oids: Map<string, string> }> {
    const { branch, ref, source, clock } = this.#options;
    const owns = (path: string): boolean => this.#tree.owns(path);
    const found = await learnBranch({ branch, ref, owns, meta: source.meta(), trust: this.#trust() }, signal);
    if (found.fleet) this.#heartbeatAt ??= Math.min(Date.parse(found.fleet.heartbeat), clock.now());
    return found;
  }

  #trust(): 'verify' | 'ours' | 'takeOver' {
    if (this.#ours) return 'ours';
    return this.#options.takeOver ? 'takeOver' : 'verify';
  }

  /** Paths at which the branch may not be as wanted, after it was read anew. */
  #differing(held: ReadonlyMap<string, string>): Set<string> {
    const paths = new Set(this.#dirty);
    for (const [path, oid] of this.#tree.oids) if (held.get(path) !== oid) paths.add(path);
    for (const path of held.keys()) if (!this.#tree.oids.has(path)) paths.add(path);
    return paths;
  }

  /** Those that this commit shows; at the start everything is new to us, but little to the branch. */
  #transitionsIn(changes: Changes): Transition[] {
    const shown = ({ key, to }: Transition): boolean =>
      to === undefined || changes.files.has(this.#tree.pathOf(key) ?? '');
    return [...this.#transitions.values()].filter(shown);
  }

  /** Content of the paths whose bytes differ from the branch. */
  async #collect(paths: Iterable<string>, changes: Changes): Promise<void> {
    let count = 0;
    for (const path of paths) {
      if (isOwnFile(path)) continue;
      const key = this.#tree.keyAt(path);
      const status = key && this.#options.source.object(key);
      if (status) changes.write(path, contentOf(path, status));
      else changes.remove(path);
      if (++count % CHUNK === 0) await nextTurn();
    }
  }

  /** README, diagnostics and fleet file. Gives the time that the fleet file shows, which moves only when something else in it does. */
  #writeOwnFiles(changes: Changes, heartbeatAt: number, now: number): number {
    const { source, version } = this.#options;
    const revision = source.revision();
    const { summary } = this.#tree;
    const held = Object.keys(revision?.held ?? {});
    const diagnosticsTotal = revision?.diagnosticsTotal ?? 0;
    const halts = source.halts();
    changes.write(README_PATH, renderReadme({ fleet: source.fleetName, summary, diagnosticsTotal, held, halts }));
    changes.write(DIAGNOSTICS_PATH, renderDiagnostics(revision));
    const input = {
      fleet: source.fleetName,
      version,
      heartbeatMs: this.#heartbeatMs,
      revision,
      meta: source.meta(),
      halts,
    };
    changes.write(FLEET_PATH, renderFleet({ ...input, heartbeatAt }));
    if (!changes.files.has(FLEET_PATH)) return heartbeatAt;
    changes.write(FLEET_PATH, renderFleet({ ...input, heartbeatAt: now }));
    return now;
  }

  #untilHeartbeat(): number {
    if (this.#heartbeatAt === undefined) return 0;
    return Math.max(0, this.#heartbeatAt + this.#heartbeatMs - this.#options.clock.now());
  }
}

/** True for files that a copy of the store from before would contradict: what operations have come to, and the revision. */
function tellsHowFar(path: string): boolean {
  return path === FLEET_PATH || isKept(path);
}

function isOwnFile(path: string): boolean {
  return path === README_PATH || path === FLEET_PATH || path === DIAGNOSTICS_PATH;
}

function refused(detail: string): Transient {
  return new Transient(`The remote refused the status commit: ${detail}`, {
    code: 'STATUS_PUSH_REFUSED',
    hint: 'Check the write credential of the status branch and the rules of the remote.',
  });
}
