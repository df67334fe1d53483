import type { Clock, Random } from '../model/clock.ts';
import { parseDuration } from '../model/duration.ts';
import type { IntendantError } from '../model/errors.ts';
import type { Inventory, ResourceKey } from '../model/resource.ts';
import type { KindLog } from '../kinds/context.ts';
import type { BranchWriter } from '../source/source.ts';
import type { StatusSource } from '../status/status-source.ts';
import { StatusWriter } from '../status/status-writer.ts';

export interface StatusBranchOptions {
  /** Opens a writer for a branch of the status repository. */
  open: (branch: string) => BranchWriter;
  source: StatusSource;
  clock: Clock;
  random: Random;
  log: KindLog;
  version: string;
  fleet: string;
  /** True: pushes only when flushed. */
  once: boolean;
  /** Told why nothing can be pushed, and with undefined once it works again. */
  onTrouble?: (error: IntendantError | undefined) => void;
}

/** Tries of a push before a run that is to end gives up. */
const TRIES_ONCE = 5;

/** The status writer of the branch that the Fleet names; another branch gets another writer. */
export class StatusBranch {
  readonly #options: StatusBranchOptions;
  #current: { branch: string; writer: StatusWriter; end(): Promise<void> } | undefined;

  constructor(options: StatusBranchOptions) {
    this.#options = options;
  }

  /** Takes up the settings of the Fleet; begins writing with the first revision. */
  async follow(inventory: Inventory, signal: AbortSignal): Promise<void> {
    const { branch, ...settings } = statusSettings(inventory);
    this.#current?.writer.configure(settings);
    if (!this.#options.source.revision() || this.#current?.branch === branch) return;
    await this.#current?.end();
    this.#current = this.#begin(branch, settings, signal);
  }

  touch(key: ResourceKey): void {
    this.#current?.writer.touch(key);
  }

  touchFleet(): void {
    this.#current?.writer.touchFleet();
  }

  /** Resolves when what is known stands in the branch; rejects after some tries. */
  async flush(signal: AbortSignal): Promise<void> {
    await this.#current?.writer.flush(signal, { tries: TRIES_ONCE });
  }

  /** Ends the loop of the writer. */
  async close(): Promise<void> {
    await this.#current?.end();
    this.#current = undefined;
  }

  #begin(branch: string, settings: { windowMs: number; heartbeatMs: number }, signal: AbortSignal) {
    const { open, source, clock, random, log, version, fleet, once, onTrouble } = this.#options;
    const ended = new AbortController();
    const remote = open(branch);
    const author = { name: 'Intendant', email: `intendant@${fleet}.invalid` };
    const ref = `refs/heads/${branch}`;
    const writer = new StatusWriter({
      branch: remote,
      ref,
      source,
      clock,
      random,
      log,
      version,
      author,
      onTrouble,
      ...settings,
    });
    const running = once
      ? Promise.resolve()
      : writer.run(AbortSignal.any([signal, ended.signal])).catch(() => undefined);
    const end = async (): Promise<void> => {
      ended.abort(new Error('the status writer has ended'));
      await running;
      await remote.close();
    };
    return { branch, writer, end };
  }
}

/** Which branch the Fleet names for the status, and how often it is written. */
export function statusSettings(inventory: Inventory): { branch: string; windowMs: number; heartbeatMs: number } {
  const key = inventory.keys('Fleet')[0] as ResourceKey<'Fleet'> | undefined;
  const status = key ? inventory.get(key)?.spec.status : undefined;
  return {
    branch: status?.branch ?? 'intendant/status',
    windowMs: parseDuration(status?.window ?? '2s'),
    heartbeatMs: parseDuration(status?.heartbeat ?? '1h'),
  };
}
