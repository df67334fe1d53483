import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../reconciler/model/clock.ts';
import type { Json } from '../../reconciler/model/json.ts';
import { StatusWriter } from '../../reconciler/status/status-writer.ts';
import { openEmbeddedStore } from '../../reconciler/store/embedded-store.ts';
import { keys } from '../../reconciler/store/keys.ts';
import type { HeartbeatRecord } from '../../reconciler/store/records.ts';
import type { Lease, StateStore } from '../../reconciler/store/state-store.ts';
import type { FleetView, ViewSource } from '../../reconciler/view/fleet-view.ts';
import { serveSocket } from '../../reconciler/view/socket-server.ts';
import { SocketView } from '../../reconciler/view/socket-view.ts';
import { StatusBranchView } from '../../reconciler/view/status-branch-view.ts';
import { StoreView } from '../../reconciler/view/store-view.ts';
import { MemoryBranch, MemoryRemote } from './memory-branch.ts';
import type { FakeSource } from './statuses.ts';

export const DAEMON_LEASE = 'daemon';
export const STATUS_REF = 'refs/heads/intendant/status';

/** A fleet that a daemon has reconciled, to be looked at in every way that there is. */
export class ViewedFleet {
  readonly folder = mkdtempSync(join(tmpdir(), 'view-'));
  readonly socket = join(this.folder, 'intendant.sock');
  readonly remote = new MemoryRemote();
  hints = 0;
  readonly store: StateStore;
  readonly #stop = new AbortController();
  #server: { close(): Promise<void> } | undefined;
  #lease: Lease | undefined;

  private constructor(store: StateStore) {
    this.store = store;
  }

  static async start(): Promise<ViewedFleet> {
    const folder = mkdtempSync(join(tmpdir(), 'view-store-'));
    const fleet = new ViewedFleet(await openEmbeddedStore({ folder, clock: systemClock }));
    fleet.#lease = await fleet.store.lease(DAEMON_LEASE, 'daemon-1', 30_000, fleet.#stop.signal);
    await fleet.serve();
    return fleet;
  }

  async serve(): Promise<void> {
    const { store, socket: path } = this;
    const hint = (): void => void (this.hints += 1);
    this.#server = await serveSocket({
      path,
      store,
      view: this.storeView(),
      fleet: 'test',
      clock: systemClock,
      holder: 'daemon-1',
      hint,
    });
  }

  /** What the source holds, as the daemon would have written it into the store and into the branch. */
  async publish(source: FakeSource): Promise<void> {
    const heartbeat: HeartbeatRecord = { format: 1, at: '2026-01-02T03:04:05.000Z', lastCheck: {} };
    const writes: [string, unknown][] = [
      [keys.meta, source.meta()],
      [keys.revision, source.revision()],
      [keys.heartbeat('web'), heartbeat],
      ...[...source.objects()].map((status): [string, unknown] => [keys.object(status.key), status]),
    ];
    await this.store.commit(
      writes.flatMap(([put, value]) => (value === undefined ? [] : [{ put, value: value as Json }])),
    );
    const writer = new StatusWriter({
      branch: new MemoryBranch(this.remote),
      ref: STATUS_REF,
      source,
      clock: systemClock,
      random: Math.random,
      log: { info: () => undefined, warn: () => undefined },
      version: source.meta().version,
      author: { name: 'Intendant', email: 'intendant@localhost' },
    });
    await writer.flush(this.#stop.signal);
  }

  view(from: ViewSource): FleetView {
    if (from === 'socket') return new SocketView(this.socket);
    if (from === 'store') return this.storeView();
    return new StatusBranchView({ branch: new MemoryBranch(this.remote), ref: STATUS_REF });
  }

  storeView(): StoreView {
    return new StoreView({ store: this.store, fleet: 'prod', clock: systemClock, daemonLease: DAEMON_LEASE });
  }

  /** The daemon goes; the store stays. */
  async stopDaemon(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
    await this.#lease?.release();
  }

  async stop(): Promise<void> {
    await this.stopDaemon();
    this.#stop.abort();
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
