import type { JournalRecord } from '../model/plan.ts';
import { splitKey, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { asOperationRecord, isTerminal } from '../kinds/operation/record.ts';
import { keys } from '../store/keys.ts';
import type { ClaimRecord, ReleaseRecord } from '../store/records.ts';
import type { StateStore } from '../store/state-store.ts';
import { cleanText } from '../status/text.ts';
import { entriesBelow } from './store-view.ts';

/** Who holds a host, and why. */
export interface ClaimView {
  host: string;
  /** The resource that acts: `Operation/restart-web`. */
  owner: string;
  /** Phase of the operation; absent where it is gone. */
  phase?: string;
  round: number;
  /** ISO time. */
  since: string;
  /** The daemon that took it. */
  holder: string;
  /** The step in hand or, between two steps, the last one. */
  step?: { id: string; summary: string; startedAt: string; open: boolean };
  /** One line for people. */
  why: string;
  /** True: nobody will give the host back; release it by hand. */
  orphaned: boolean;
}

/** Everything there is to say about claims. */
export interface ClaimList {
  /** Sorted by host. */
  claims: ClaimView[];
  /** Released by hand, the newest first, at most `MAX_RELEASES`. */
  released: ReleaseRecord[];
}

const MAX_RELEASES = 20;

/** Reads who holds which host, from the store. */
export async function readClaims(store: StateStore, signal: AbortSignal): Promise<ClaimList> {
  const claims: ClaimView[] = [];
  for await (const { key, value } of entriesBelow(store, keys.claims, signal)) {
    claims.push(await viewClaim(store, key.slice(keys.claims.length), value as unknown as ClaimRecord, signal));
  }
  const released: ReleaseRecord[] = [];
  for await (const { value } of entriesBelow(store, keys.releases, signal)) {
    released.push(value as unknown as ReleaseRecord);
  }
  released.sort((a, b) => (a.releasedAt < b.releasedAt ? 1 : -1));
  return { claims, released: released.slice(0, MAX_RELEASES) };
}

async function viewClaim(
  store: StateStore,
  host: string,
  { owner, round, since, holder }: ClaimRecord,
  signal: AbortSignal,
): Promise<ClaimView> {
  const { name } = splitKey(owner as ResourceKey);
  const operation = asOperationRecord((await store.get(keys.record(owner as ResourceKey), signal))?.value);
  const status = (await store.get(keys.object(owner as ResourceKey), signal))?.value as ObjectStatus | undefined;
  const last = await lastEntry(store, name, host, round, signal);
  const orphaned = operation === undefined || isTerminal(operation.phase);
  return {
    host,
    owner,
    ...(operation && { phase: operation.phase }),
    round,
    since,
    holder,
    ...(last && {
      step: { id: last.step.id, summary: cleanText(last.step.summary), startedAt: last.startedAt, open: !last.outcome },
    }),
    why: orphaned ? orphanText(host, operation?.phase) : whyText(last, status),
    orphaned,
  };
}

async function lastEntry(
  store: StateStore,
  operation: string,
  host: string,
  round: number,
  signal: AbortSignal,
): Promise<JournalRecord | undefined> {
  let last: JournalRecord | undefined;
  for await (const { value } of entriesBelow(store, keys.journal(operation, host, ''), signal)) {
    const entry = value as unknown as JournalRecord;
    if (entry.round === round && (!last || entry.step.ordinal >= last.step.ordinal)) last = entry;
  }
  return last;
}

function orphanText(host: string, phase: string | undefined): string {
  const gone = phase === undefined ? 'its operation is gone' : `its operation has ended (${phase})`;
  return `${gone}; type: intendant claims release ${host} --reason TEXT`;
}

function whyText(last: JournalRecord | undefined, status: ObjectStatus | undefined): string {
  const doing = !last
    ? 'about to begin'
    : last.outcome
      ? `between steps, after: ${last.step.summary}`
      : last.step.summary;
  const held = status?.conditions.find(({ type }) => type === 'Suspended');
  return cleanText(held?.status === 'True' ? `${doing}; ${held.message}` : doing, 300);
}
