import type { Json } from '../../reconciler/model/json.ts';
import { isInternalKey } from '../../reconciler/store/keys.ts';
import type { TestEtcd } from './etcd.ts';
import { claimEvents } from './history.ts';
import type { Change, HistoryEvent } from './history.ts';

/** What one transaction of etcd did below a fleet's prefix. */
interface Transaction {
  revision: number;
  changes: Change[];
}

interface EtcdKeyValue {
  key: string;
  value?: string;
  mod_revision: string;
}

const LEASE = 'daemon';
const END = 'end-of-history';

/** Everything that ever happened to the leases and claims of a fleet, and every write of its daemons, from etcd's own revisions. */
export async function recordedHistory(etcd: TestEtcd, fleet: string): Promise<HistoryEvent[]> {
  const reader = new HistoryReader();
  return (await transactionsOf(etcd, `/intendant/${fleet}/`)).flatMap((transaction) => reader.read(transaction));
}

/** Turns transactions into events, in order. */
class HistoryReader {
  /** The member that each client of the store belongs to: whoever held the lease when it first wrote. */
  readonly #members = new Map<string, string>();
  readonly #tokens = new Map<string, number>();
  #holder: string | undefined;

  read({ revision, changes }: Transaction): HistoryEvent[] {
    const lease = changes.find(({ key }) => key === `leases/${LEASE}`);
    if (lease) return [this.#lease(revision, lease)];
    const client = changes.find(({ key }) => key.startsWith('transactions/'))?.key.split('/')[1];
    const written = changes.filter(({ key }) => !isInternalKey(key));
    if (client === undefined || written.length === 0) return [];
    if (!this.#members.has(client)) this.#members.set(client, this.#holder ?? 'nobody');
    const token = this.#tokens.get(this.#members.get(client)!) ?? 0;
    const writes = written.map(({ key }): HistoryEvent => ({ type: 'write', revision, lease: LEASE, token, key }));
    return [...writes, ...claimEvents(revision, changes, token)];
  }

  #lease(revision: number, { after }: Change): HistoryEvent {
    if (after === undefined) {
      this.#holder = undefined;
      return { type: 'lease-ended', revision, lease: LEASE };
    }
    const { holder } = after as { holder: string };
    this.#holder = holder;
    this.#tokens.set(holder, revision);
    return { type: 'lease-taken', revision, lease: LEASE, holder, token: revision };
  }
}

/** All transactions below a prefix since the first revision, through a watch that begins there. */
async function transactionsOf(etcd: TestEtcd, prefix: string): Promise<Transaction[]> {
  await etcd.gateway('kv/put', { key: base64(`${prefix}${END}`), value: base64('true') });
  const range = { key: base64(prefix), range_end: base64(`${prefix.slice(0, -1)}0`) };
  const answer = await fetch(`${etcd.endpoint}/v3/watch`, {
    method: 'POST',
    body: JSON.stringify({ create_request: { ...range, start_revision: '1', prev_kv: true } }),
    signal: AbortSignal.timeout(30_000),
  });
  const transactions = new Map<number, Transaction>();
  for await (const line of linesOf(answer.body!)) {
    const { result, error } = JSON.parse(line) as { result?: WatchAnswer; error?: unknown };
    if (error !== undefined || result?.canceled) throw new Error(`the history cannot be read: ${line}`);
    for (const event of result?.events ?? []) {
      const revision = Number(event.kv.mod_revision);
      const change = changeOf(event, prefix);
      if (change.key === END) return [...transactions.values()];
      const transaction = transactions.get(revision) ?? { revision, changes: [] };
      transactions.set(revision, transaction);
      transaction.changes.push(change);
    }
  }
  throw new Error('the history ended before its end');
}

interface WatchEvent {
  type?: 'DELETE';
  kv: EtcdKeyValue;
  prev_kv?: EtcdKeyValue;
}

interface WatchAnswer {
  events?: WatchEvent[];
  canceled?: boolean;
}

function changeOf({ type, kv, prev_kv: before }: WatchEvent, prefix: string): Change {
  return {
    key: Buffer.from(kv.key, 'base64').toString('utf8').slice(prefix.length),
    ...(before && { before: valueOf(before) }),
    ...(type !== 'DELETE' && { after: valueOf(kv) }),
  };
}

function valueOf({ value = '' }: EtcdKeyValue): Json {
  return JSON.parse(Buffer.from(value, 'base64').toString('utf8')) as Json;
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop()!;
    yield* lines.filter((line) => line !== '');
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
