import type { KindLog } from '../kinds/context.ts';
import { isoTime, type Clock } from '../model/clock.ts';
import { mergeConditions } from '../model/conditions.ts';
import { type IntendantError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { keyOf, type Inventory, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import type { BranchWriter } from '../source/source.ts';
import { judgeStore, STORE_LOST } from '../status/judge-store.ts';
import { keys } from '../store/keys.ts';
import type { Mirror } from '../store/mirror.ts';
import type { MetaRecord } from '../store/records.ts';
import { statusSettings } from './status-branch.ts';

export interface StoreGateOptions {
  /** Opens the status branch for reading; closed after each look. */
  open: (branch: string) => BranchWriter;
  live: Mirror;
  /** Name of the fleet, for where no Fleet document can be read. */
  fleet: string;
  clock: Clock;
  log: KindLog;
  /** True: what keeps it shut is thrown rather than waited for. */
  once: boolean;
}

/**
 * Stands before everything that acts. It opens once the status branch was read and speaks of this very store, or of none; a
 * store that is empty, older than, or other than what the branch says keeps it shut, and the Fleet's status says so.
 */
export class StoreGate {
  readonly #options: StoreGateOptions;
  #open = false;
  /** What keeps it shut, as it was last told: it is looked at with every poll, and once in the log is enough. */
  #told: string | undefined;

  constructor(options: StoreGateOptions) {
    this.#options = options;
  }

  /** True: this store may be acted on. Looks at the branch until it has opened. Throws when the branch cannot be read. */
  async look(inventory: Inventory, signal: AbortSignal): Promise<boolean> {
    if (this.#open) return true;
    const { open, live, log, once } = this.#options;
    const { branch } = statusSettings(inventory);
    const reader = open(branch);
    let trouble: IntendantError | undefined;
    try {
      const meta = live.get(keys.meta) as unknown as MetaRecord;
      trouble = await judgeStore(reader, `refs/heads/${branch}`, meta, signal);
    } finally {
      await reader.close();
    }
    if (trouble === undefined) return (this.#open = true);
    if (once) throw trouble;
    if (trouble.message !== this.#told) {
      log.warn(
        { err: trouble, hint: trouble.hint },
        'nothing is done: the store and the status branch do not belong together',
      );
    }
    this.#told = trouble.message;
    await this.#show(inventory, trouble);
    return false;
  }

  async #show(inventory: Inventory, trouble: IntendantError): Promise<void> {
    const { live, clock, fleet } = this.#options;
    const key: ResourceKey = inventory.keys('Fleet')[0] ?? keyOf('Fleet', fleet);
    const previous = live.get(keys.object(key)) as unknown as ObjectStatus | undefined;
    const message = `${trouble.message} ${trouble.hint ?? ''}`.trim();
    if (previous?.conditions.some((one) => one.reason === STORE_LOST && one.message === message)) return;
    const claim = { reason: STORE_LOST, message };
    const status: ObjectStatus = {
      ...previous,
      key,
      status: 'stalled',
      conditions: mergeConditions(
        previous?.conditions ?? [],
        [
          { type: 'Ready', status: 'False', ...claim },
          { type: 'Stalled', status: 'True', ...claim },
        ],
        isoTime(clock.now()),
      ),
      detail: previous?.detail ?? {},
    };
    await live.commit([{ put: keys.object(key), value: status as unknown as Json }]);
  }
}
