import type { EtcdConnection } from './etcd-connection.ts';
import { storeUnavailable } from './etcd-errors.ts';
import type { HistoryKeeper } from './state-store.ts';

/**
 * What etcd remembers of former values. Compaction concerns the whole cluster, whoever else uses it: a reader or watch that is
 * behind the revision must list anew. Where its own auto-compaction, Kubernetes or an operator has already forgotten as much,
 * nothing is done.
 */
export class EtcdHistory implements HistoryKeeper {
  readonly #connection: EtcdConnection;

  constructor(connection: EtcdConnection) {
    this.#connection = connection;
  }

  current(signal: AbortSignal): Promise<number> {
    return this.#connection.currentRevision(signal);
  }

  async forgetBefore(revision: number, signal: AbortSignal): Promise<void> {
    const { etcd, endpoints, callTimeoutMs } = this.#connection;
    try {
      await this.#connection.attempt((options) => etcd.kv.compact({ revision }, options), callTimeoutMs, signal);
    } catch (error) {
      if (error instanceof Error && error.message.includes('has been compacted')) return;
      throw storeUnavailable(endpoints, 'forget old revisions', error);
    }
  }
}
