import { keys } from '../../store/keys.ts';
import type { HeartbeatRecord } from '../../store/records.ts';
import type { CachedObject } from '../fleet-cache.ts';
import type { ViewContext } from '../http/context.ts';
import { entriesBelow } from '../store-view.ts';
import { commissaireTime } from './commissaire-time.ts';

/** What is read of heartbeats is good for this long, in milliseconds: they are written once an interval. */
const FRESH_MS = 1000;

/**
 * When each host was last checked, as the daemon wrote it: one key for each cluster, however many hosts. The same object for as
 * long as nothing else was written.
 */
export interface LastChecks {
  /** In Commissaire's form; `""` = never, or not yet since the daemon started. */
  of(name: string, cluster: string | undefined, cached: CachedObject | undefined): string;
}

/** Reads last checks; while the store does not answer, those that were read last. */
export class LastCheckReader {
  readonly #context: Pick<ViewContext, 'store' | 'cache' | 'clock'>;
  #last: { at: number; written: string; checks: LastChecks } | undefined;

  constructor(context: Pick<ViewContext, 'store' | 'cache' | 'clock'>) {
    this.#context = context;
  }

  async read(signal: AbortSignal): Promise<LastChecks> {
    const { store, cache, clock } = this.#context;
    const last = this.#last;
    if (last && (cache.trouble !== undefined || clock.monotonic() - last.at < FRESH_MS)) return last.checks;
    const records = new Map<string, HeartbeatRecord>();
    let written = '';
    try {
      for await (const { key, value, revision } of entriesBelow(store, keys.heartbeats, signal)) {
        written += `${key}@${revision} `;
        records.set(key.slice(keys.heartbeats.length), value as unknown as HeartbeatRecord);
      }
    } catch (error) {
      if (!last) throw error;
      return last.checks;
    }
    const checks = last?.written === written ? last.checks : checksOf(records);
    this.#last = { at: clock.monotonic(), written, checks };
    return checks;
  }
}

function checksOf(records: ReadonlyMap<string, HeartbeatRecord>): LastChecks {
  const clusters = new Map([...records].map(([cluster, record]) => [cluster, read(record)]));
  return {
    of(name, cluster = '-', cached) {
      const found = clusters.get(cluster);
      // One that has no facts was never reached, though the record may be older than the host.
      if (!found || found.unseen.has(name) || cached?.status.detail.facts === undefined) return '';
      return found.late.get(name) ?? found.since;
    },
  };
}

/** Hosts that are not named were checked at `since` or later: that much can be promised. */
function read({ at, since, lastCheck, unseen }: HeartbeatRecord): {
  since: string;
  late: Map<string, string>;
  unseen: Set<string>;
} {
  return {
    since: commissaireTime(since ?? at),
    late: new Map(Object.entries(lastCheck).map(([name, time]) => [name, commissaireTime(time)])),
    unseen: new Set(unseen ?? []),
  };
}
