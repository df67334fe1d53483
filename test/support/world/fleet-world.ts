import type { Hook, HostSpec, OperationSpec } from '../../../schema/generated/types.ts';
import { Executor } from '../../../reconciler/engine/executor.ts';
import { WorkQueue } from '../../../reconciler/engine/queue.ts';
import { ReconcileOne } from '../../../reconciler/engine/reconcile-one.ts';
import type { KindContext, KindDeps } from '../../../reconciler/kinds/context.ts';
import { implicitWrites, withImplicit } from '../../../reconciler/kinds/implicit.ts';
import { Troubles } from '../../../reconciler/kinds/fleet/troubles.ts';
import { asHostRecord } from '../../../reconciler/kinds/host/record.ts';
import { CLEAR_SIGHT } from '../../../reconciler/kinds/host/sight.ts';
import { operationController } from '../../../reconciler/kinds/operation/controller.ts';
import { asOperationRecord, isTerminal, type OperationRecord } from '../../../reconciler/kinds/operation/record.ts';
import { isoTime } from '../../../reconciler/model/clock.ts';
import type { Json } from '../../../reconciler/model/json.ts';
import type { JournalRecord } from '../../../reconciler/model/plan.ts';
import { keyOf, type Inventory, type ResourceKey } from '../../../reconciler/model/resource.ts';
import { InventoryBuilder } from '../../../reconciler/source/inventory/inventory-builder.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import type { Write } from '../../../reconciler/store/state-store.ts';
import { claimEvents, type Change, type HistoryEvent } from '../history.ts';
import { commitFiles, documentOf } from '../inventory.ts';
import { ManualClock } from '../manual-clock.ts';
import { MemoryLive } from '../memory-live.ts';
import { silentLog } from '../silent-log.ts';
import { Machine, type MachineTraits } from './machine.ts';
import { Wire } from './wire.ts';

export interface WorldHost {
  cluster?: string;
  traits: MachineTraits;
}

/** Who stands beside the hosts of a world: a helper host that hooks run on, and a container manager. */
export interface WorldNeighbours {
  helper: MachineTraits;
  /** Every cluster has a hook. */
  hook: boolean;
  /** Every cluster has a trivial container manager. */
  manager: boolean;
}

/** Name of the host that hooks run on. */
export const HELPER = 'lb';

/** A hook on the helper. */
export function worldHook(name: string): Hook {
  return { name, host: HELPER, before: { command: ['out', '{host}'] }, after: { command: ['in', '{host}'] } };
}

/**
 * A fleet of several clusters and operations, driven by the engine itself: inventory, operation controller, executor and
 * reconcile-one are the product's. Only time, the store and the machines are made up, and the test decides what happens when.
 */
export class FleetWorld {
  readonly clock = new ManualClock();
  readonly live = new MemoryLive();
  readonly machines = new Map<string, Machine>();
  /** What the repository holds. */
  readonly operations = new Map<string, OperationSpec>();
  /** What a kind wants that no document holds. */
  readonly wanted = new Map<string, OperationSpec>();
  /** Every operation there ever was. */
  readonly names = new Set<string>();
  readonly hosts: ReadonlyMap<string, WorldHost>;
  readonly wire: Wire;
  readonly history: HistoryEvent[] = [];
  /** Told of each transaction right before it takes effect. */
  watcher: (changes: readonly Change[]) => void = () => undefined;
  readonly #builder = new InventoryBuilder();
  readonly #maintenance = new Map<string, HostSpec['maintenance']>();
  #inventory!: Inventory;
  #commits = 0;
  #daemon!: { one: ReconcileOne; stop: AbortController; lastSeen: Map<string, number> };

  constructor(
    hosts: ReadonlyMap<string, WorldHost>,
    operations: ReadonlyMap<string, OperationSpec>,
    neighbours?: WorldNeighbours,
  ) {
    this.hosts = neighbours ? new Map([...hosts, [HELPER, { traits: neighbours.helper }]]) : hosts;
    for (const [name, { traits }] of this.hosts) this.machines.set(name, new Machine(traits, () => this.clock.now()));
    this.wire = new Wire(this.machines);
    this.live.onCommit = (writes, revision) => this.#note(writes, revision);
    const clusters = new Set([...hosts.values()].flatMap(({ cluster }) => cluster ?? []));
    const spec = {
      ...(neighbours?.hook && { hooks: [worldHook('pool')] }),
      ...(neighbours?.manager && { containerManager: 'none' }),
    };
    const documents = [...clusters].map((name) => documentOf('Cluster', name, spec));
    documents.push(documentOf('ContainerManager', 'none', { type: 'trivial' }));
    this.#commit({ 'base.yaml': documents.join('---\n') });
    for (const name of this.hosts.keys()) this.maintain(name, undefined);
    for (const [name, spec] of operations) this.edit(name, spec);
    this.boot();
  }

  get inventory(): Inventory {
    return withImplicit(this.#inventory, this.live);
  }

  /** A kind wants an operation, or (undefined) wants it no more. */
  async want(name: string, spec: OperationSpec | undefined): Promise<void> {
    this.names.add(name);
    if (spec) this.wanted.set(name, spec);
    else this.wanted.delete(name);
    const wishes = [{ name, spec: spec as unknown as Json | undefined }];
    const writes = [...implicitWrites('HostProfile/base', wishes, this.live, this.clock.now()).values()];
    if (writes.length > 0) await this.live.commit(writes);
  }

  /** A commit that changes, adds or (undefined) removes an operation. */
  edit(name: string, spec: OperationSpec | undefined): void {
    this.names.add(name);
    if (spec) this.operations.set(name, spec);
    else this.operations.delete(name);
    this.#commit({ [`operations/${name}.yaml`]: spec ? documentOf('Operation', name, spec) : null });
  }

  /** A commit that puts a host into maintenance or takes it out. */
  maintain(name: string, maintenance: HostSpec['maintenance']): void {
    this.#maintenance.set(name, maintenance);
    const { cluster } = this.hosts.get(name)!;
    const address = `192.0.2.${[...this.hosts.keys()].indexOf(name) + 1}`;
    const spec = { address, ...(cluster && { cluster }), ...(maintenance && { maintenance }) };
    this.#commit({ [`hosts/${name}.yaml`]: documentOf('Host', name, spec) });
  }

  inMaintenance(name: string): boolean {
    return this.#maintenance.get(name) !== undefined;
  }

  /** The daemon begins on what the store holds. */
  boot(): void {
    const stop = new AbortController();
    const lastSeen = new Map<string, number>();
    const { live, clock } = this;
    const deps: KindDeps = {
      live,
      inventory: () => this.inventory,
      hands: this.wire.hands(),
      fleet: 'f',
      stepsRoot: '/steps',
      clock,
      halt: () => undefined,
      clockDoubt: () => undefined,
      alerts: () => undefined,
      inFlight: (owner) => executor.inFlight(owner),
      lastSeen,
      lastCompared: new Map(),
      profileExtra: async () => ({ fleet: 'f' }),
      sight: CLEAR_SIGHT,
      troubles: new Troubles(),
      log: silentLog,
    };
    const holder = `daemon-${this.#commits}`;
    const executor: Executor = new Executor({ live, deps, clock, log: silentLog, holder, requeue: () => undefined });
    const one = new ReconcileOne({
      controllerOf: () => operationController,
      deps,
      live,
      queue: new WorkQueue(clock),
      executor,
      clock,
      random: () => 0.5,
      log: silentLog,
      context: () => this.context(),
      onSettled: () => undefined,
    });
    this.#daemon = { one, stop, lastSeen };
  }

  context(): KindContext {
    const revision = { branch: 'main', commit: `c${this.#commits}`, sequence: this.#commits };
    return { nowMs: this.clock.now(), revision, changedIn: () => undefined, holder: 'daemon' };
  }

  /** The daemon dies in the middle of everything, and another begins. */
  async crash(): Promise<void> {
    this.#daemon.stop.abort(new Error('killed'));
    this.boot();
    await this.settle();
  }

  /** Looks at some operations at the same time. */
  async look(names: Iterable<string>): Promise<void> {
    const { one, stop } = this.#daemon;
    for (const name of names) void one.reconcile(keyOf('Operation', name), stop.signal);
    await this.settle();
  }

  /** The daemon's own check of a host: its status follows at the second miss, unless somebody is changing the host. */
  async check(name: string): Promise<void> {
    const { isUp } = this.machines.get(name)!;
    if (isUp) this.#daemon.lastSeen.set(name, this.clock.now());
    if (this.live.get(keys.claim(name)) !== undefined) return;
    const key: ResourceKey = keyOf('Host', name);
    const missed = asHostRecord(this.live.get(keys.record(key)))?.failure !== undefined;
    const known = this.live.get(keys.object(key)) !== undefined;
    const word = isUp || (known && !missed) ? 'active' : 'failed';
    const failure = { code: 'HOST_UNREACHABLE', message: 'no route' };
    await this.live.commit([
      { put: keys.object(key), value: { key, status: word, conditions: [], detail: {} } },
      { put: keys.record(key), value: { format: 1, address: name, port: 22, misses: 0, ...(isUp ? {} : { failure }) } },
    ]);
  }

  /** Lets everything that waits for nothing but itself go on. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  recordOf(name: string): OperationRecord | undefined {
    return asOperationRecord(this.live.get(keys.record(keyOf('Operation', name))));
  }

  /** It has ended; or it left the repository before anybody looked at it. */
  isOverOrGone(name: string): boolean {
    const record = this.recordOf(name);
    return record ? isTerminal(record.phase) : !this.operations.has(name) && !this.wanted.has(name);
  }

  /** Journal of an operation by host. */
  journalOf(name: string): Map<string, JournalRecord[]> {
    const journal = new Map<string, JournalRecord[]>();
    for (const [key, value] of this.live.list(keys.journalOf(name))) {
      const host = key.split('/')[2]!;
      journal.set(host, [...(journal.get(host) ?? []), value as unknown as JournalRecord]);
    }
    return journal;
  }

  /** Ends the daemon and what it has in hand. */
  stop(): void {
    this.#daemon.stop.abort(new Error('over'));
  }

  #note(writes: readonly Write[], revision: number): void {
    const changes = writes.map((write): Change => {
      const key = 'put' in write ? write.put : write.delete;
      return { key, before: this.live.get(key), ...('put' in write ? { after: write.value } : {}) };
    });
    this.watcher(changes);
    this.history.push(...claimEvents(revision, changes));
  }

  #commit(files: Record<string, string | null>): void {
    this.#commits += 1;
    this.#inventory = commitFiles(this.#builder, `c${this.#commits}`, files).inventory;
    const revision = {
      format: 1,
      sequence: this.#commits,
      accepted: `c${this.#commits}`,
      at: isoTime(this.clock.now()),
    };
    const value: Json = revision;
    this.live.entries.set(keys.revision, { value, revision: 1 });
  }
}
