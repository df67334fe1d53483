import { isoTime, type Clock } from '../model/clock.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { haltsInForce } from '../rollout/brake.ts';
import type { DiagnosticList } from '../status/diagnostics-file.ts';
import { keys } from '../store/keys.ts';
import type { HaltRecord, HeartbeatRecord, MetaRecord, RevisionRecord } from '../store/records.ts';
import type { Entry, StateStore } from '../store/state-store.ts';
import { byKey, type FleetInfo, type FleetView } from './fleet-view.ts';

export interface StoreViewOptions {
  store: StateStore;
  fleet: string;
  clock: Clock;
  /** Name of the lease that a daemon holds while it runs the fleet. */
  daemonLease: string;
}

/** Reads the live state itself. Does not close the store, which is the caller's. */
export class StoreView implements FleetView {
  readonly from = 'store';
  readonly #options: StoreViewOptions;

  constructor(options: StoreViewOptions) {
    this.#options = options;
  }

  async info(signal: AbortSignal): Promise<FleetInfo> {
    const { store, fleet, clock, daemonLease } = this.#options;
    const [meta, revision, holder, heartbeat, halt, haltFile] = await Promise.all([
      this.#record<MetaRecord>(keys.meta, signal),
      this.#record<RevisionRecord>(keys.revision, signal),
      store.leaseHolder(daemonLease, signal),
      this.#newestHeartbeat(signal),
      this.#record<HaltRecord>(keys.halt, signal),
      this.#record<HaltRecord>(keys.haltFile, signal),
    ]);
    // While a daemon runs, the store is as new as it can be; else it is as old as the last that was written.
    const last = [heartbeat, revision?.acceptedAt].filter((time) => time !== undefined).sort();
    const asOf = holder === undefined ? (last.at(-1) ?? isoTime(0)) : isoTime(clock.now());
    return {
      from: this.from,
      asOf,
      fleet,
      version: meta?.version ?? 'unknown',
      ...(revision && { revision: briefly(revision) }),
      ...(heartbeat !== undefined && { heartbeat }),
      held: revision?.held ?? {},
      halts: haltsInForce(halt, haltFile),
      holder: holder ?? null,
      ...(meta && { store: { id: meta.id, epoch: meta.epoch } }),
    };
  }

  async list(kind: string | undefined, signal: AbortSignal): Promise<ObjectStatus[]> {
    const prefix = kind === undefined ? keys.objects : `${keys.objects}${kind}/`;
    const found: ObjectStatus[] = [];
    for await (const entry of entriesBelow(this.#options.store, prefix, signal)) found.push(asStatus(entry));
    return found.sort(byKey);
  }

  async get(key: ResourceKey, signal: AbortSignal): Promise<ObjectStatus | undefined> {
    const entry = await this.#options.store.get(keys.object(key), signal);
    return entry && asStatus(entry);
  }

  async diagnostics(signal: AbortSignal): Promise<DiagnosticList> {
    const revision = await this.#record<RevisionRecord>(keys.revision, signal);
    return { diagnostics: revision?.diagnostics ?? [], total: revision?.diagnosticsTotal ?? 0 };
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  async #record<T>(key: string, signal: AbortSignal): Promise<T | undefined> {
    return (await this.#options.store.get(key, signal))?.value as unknown as T | undefined;
  }

  async #newestHeartbeat(signal: AbortSignal): Promise<string | undefined> {
    let newest: string | undefined;
    for await (const { value } of entriesBelow(this.#options.store, keys.heartbeats, signal)) {
      const { at } = value as unknown as HeartbeatRecord;
      if (newest === undefined || at > newest) newest = at;
    }
    return newest;
  }
}

/** Every entry below a prefix, page by page; with `after` those behind that key only. */
export async function* entriesBelow(
  store: StateStore,
  prefix: string,
  signal: AbortSignal,
  after?: string,
): AsyncGenerator<Entry> {
  let from = after;
  do {
    const page = await store.list(prefix, from === undefined ? {} : { after: from }, signal);
    yield* page.entries;
    from = page.next;
  } while (from !== undefined);
}

/** The status that an `objects/` entry holds. */
export function asStatus(entry: Entry): ObjectStatus {
  return entry.value as unknown as ObjectStatus;
}

function briefly({ branch, accepted, tip, refused }: RevisionRecord): FleetInfo['revision'] {
  return { branch, accepted, tip, ...(refused && { refused }) };
}
