import { randomUUID } from 'node:crypto';
import type { ICompare, IRequestOp, IResponseOp, ITxnResponse } from 'etcd3';
import { Transient } from '../model/errors.ts';
import type { EtcdConnection } from './etcd-connection.ts';
import { certainlyNotWritten, storeUnavailable } from './etcd-errors.ts';
import { keys } from './keys.ts';

/** What a transaction asks for: comparisons, writes if they hold, reads if they do not. */
export interface Transaction {
  compare: ICompare[];
  success: IRequestOp[];
  failure: IRequestOp[];
}

export type Decision = { applied: true; revision: number } | { applied: false; responses: IResponseOp[] };

/** A key of ours that every transaction writes its id into, compared with the revision at which we last knew it. */
interface Slot {
  number: number;
  revision: number;
}

interface SlotValue {
  id: string;
  at: number;
}

/** Pause between looks at a store that does not answer. */
const LOOK_AGAIN_MS = 200;
/** Slots of processes that died are swept away when they are this old. */
const SLOT_LIFE_MS = 24 * 60 * 60 * 1000;

/**
 * Runs transactions whose outcome is never guessed. Each one compares and then overwrites a slot with an id of its own. When
 * no answer comes, the slot is overwritten by a second transaction with the same comparison: either that succeeds, and the
 * first one can never be written any more, even if it is still under way; or the slot already holds the first one's id,
 * and it has been written. A transaction that is thus known not to be written is sent again until the time is up.
 */
export class Transactor {
  readonly #connection: EtcdConnection;
  readonly #timeoutMs: number;
  readonly #client = randomUUID();
  readonly #free: Slot[] = [];
  #slots = 0;

  constructor(connection: EtcdConnection, timeoutMs: number) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
  }

  /** Throws Transient: `STORE_UNAVAILABLE` (not written) or `STORE_OUTCOME_UNKNOWN`. */
  async run(transaction: Transaction): Promise<Decision> {
    const slot = this.#free.pop() ?? { number: this.#slots++, revision: 0 };
    const decision = await this.#decide(slot, transaction).catch((error: unknown) => {
      // A slot whose last transaction is undecided is never used again.
      if (!isUndecided(error)) this.#free.push(slot);
      throw error;
    });
    this.#free.push(slot);
    return decision;
  }

  /** Removes our slots, and those that dead processes left behind. Best effort: what stays is swept by a later process. */
  async sweep(everySlotOfOurs: boolean): Promise<void> {
    const { etcd, clock } = this.#connection;
    const ours = this.#connection.key(`${keys.transactions}${this.#client}/`);
    const answer = await this.#connection.read('list its transactions', (options) =>
      etcd.kv.range(rangeOf(this.#connection.key(keys.transactions)), options),
    );
    for (const { key, value } of answer.kvs) {
      const mine = key.subarray(0, ours.length).equals(ours);
      const old = clock.now() - parseSlot(value).at > SLOT_LIFE_MS;
      if (mine ? everySlotOfOurs : old) {
        await this.#connection.read('forget a transaction', (options) => etcd.kv.deleteRange({ key }, options));
      }
    }
  }

  async #decide(slot: Slot, transaction: Transaction): Promise<Decision> {
    const { clock, endpoints, callTimeoutMs } = this.#connection;
    const deadline = clock.monotonic() + this.#timeoutMs;
    for (;;) {
      const id = randomUUID();
      let answer: ITxnResponse;
      try {
        answer = await this.#connection.attempt((options) => this.#send(slot, id, transaction, options), callTimeoutMs);
      } catch (error) {
        if (certainlyNotWritten(error)) throw storeUnavailable(endpoints, 'write', error);
        const revision = await this.#settle(slot, id, deadline);
        if (revision !== undefined) return { applied: true, revision };
        if (clock.monotonic() >= deadline) throw storeUnavailable(endpoints, 'write', error);
        await clock.sleep(LOOK_AGAIN_MS);
        continue;
      }
      if (answer.succeeded) {
        slot.revision = Number(answer.header.revision);
        return { applied: true, revision: slot.revision };
      }
      const found = slotIn(answer);
      if (found.id === id) {
        slot.revision = found.revision; // delivered twice: the first delivery was written
        return { applied: true, revision: found.revision };
      }
      if (found.revision === slot.revision) return { applied: false, responses: answer.responses.slice(1) };
      slot.revision = found.revision; // swept, or the store was restored: only our comparison failed
    }
  }

  #send(
    slot: Slot,
    id: string,
    { compare, success, failure }: Transaction,
    options: { deadline: number },
  ): Promise<ITxnResponse> {
    const { etcd, clock } = this.#connection;
    const key = this.#connection.key(keys.transaction(this.#client, slot.number));
    const value = Buffer.from(JSON.stringify({ id, at: clock.now() } satisfies SlotValue));
    return etcd.kv.txn(
      {
        compare: [writtenAt(key, slot.revision), ...compare],
        success: [{ request_put: { key, value } }, ...success],
        failure: [{ request_range: { key } }, ...failure],
      },
      options,
    );
  }

  /** The revision at which the transaction was written, or undefined when it was not and never will be. */
  async #settle(slot: Slot, id: string, deadline: number): Promise<number | undefined> {
    const { clock, callTimeoutMs } = this.#connection;
    const closing = `closed-${id}`;
    const nothing: Transaction = { compare: [], success: [], failure: [] };
    for (;;) {
      try {
        const answer = await this.#connection.attempt(
          (options) => this.#send(slot, closing, nothing, options),
          callTimeoutMs,
        );
        const found = answer.succeeded ? { id: closing, revision: Number(answer.header.revision) } : slotIn(answer);
        slot.revision = found.revision;
        return found.id === id ? found.revision : undefined;
      } catch (error) {
        if (clock.monotonic() >= deadline) throw outcomeUnknown(this.#connection.endpoints, error);
      }
      await clock.sleep(LOOK_AGAIN_MS);
    }
  }
}

/** Comparison: the key was last written at this revision; 0 = it is absent. */
export function writtenAt(key: Buffer, revision: number): ICompare {
  return { key, target: 'Mod', result: 'Equal', mod_revision: revision };
}

function slotIn(answer: ITxnResponse): { id: string | undefined; revision: number } {
  const kv = answer.responses[0]?.response_range?.kvs[0];
  return kv === undefined
    ? { id: undefined, revision: 0 }
    : { id: parseSlot(kv.value).id, revision: Number(kv.mod_revision) };
}

function parseSlot(value: Buffer): Partial<SlotValue> & { at: number } {
  try {
    return JSON.parse(value.toString('utf8')) as SlotValue;
  } catch {
    return { at: 0 };
  }
}

function rangeOf(prefix: Buffer): { key: Buffer; range_end: Buffer; limit: number } {
  const end = Buffer.from(prefix);
  end[end.length - 1]! += 1;
  return { key: prefix, range_end: end, limit: 500 };
}

const UNKNOWN = 'STORE_OUTCOME_UNKNOWN';

function isUndecided(error: unknown): boolean {
  return error instanceof Transient && error.code === UNKNOWN;
}

function outcomeUnknown(endpoints: readonly string[], cause: unknown): Transient {
  return new Transient(
    `The store at ${endpoints.join(', ')} went away in the middle of a write, and it cannot be told whether it was written.`,
    {
      code: UNKNOWN,
      hint: 'Read the keys again before deciding anything.',
      cause,
    },
  );
}
