import type { Json } from '../../reconciler/model/json.ts';
import type { ClaimRecord } from '../../reconciler/store/records.ts';

/** One thing that happened to the leases and claims of a store, in the order of the store's revisions. */
export type HistoryEvent =
  /** A holder wrote the key of a lease: it has it from here on. */
  | { type: 'lease-taken'; revision: number; lease: string; holder: string; token: number }
  /** It gave it up, or the store took it away. */
  | { type: 'lease-ended'; revision: number; lease: string }
  /** A write of a daemon was accepted; `token` is the lease that it was fenced by. */
  | { type: 'write'; revision: number; lease: string; token: number; key: string }
  | { type: 'claim-taken'; revision: number; host: string; owner: string; round: number; token?: number }
  /** `verdict`: the owner's outcome stands in the same transaction. `byHand`: a person's release does. */
  | {
      type: 'claim-ended';
      revision: number;
      host: string;
      verdict?: { owner: string; round: number };
      byHand?: boolean;
    };

/** Where a history breaks the rules: a sentence each. Empty = it is legal. */
export function checkHistory(events: readonly HistoryEvent[]): string[] {
  const checker = new Checker();
  for (const event of events) checker.see(event);
  return checker.faults;
}

class Checker {
  readonly faults: string[] = [];
  readonly #leases = new Map<string, { holder: string; token: number }>();
  readonly #newest = new Map<string, number>();
  readonly #claims = new Map<string, { owner: string; round: number }>();
  #revision = 0;

  see(event: HistoryEvent): void {
    if (event.revision < this.#revision) this.#fault(event, 'stands after a later one');
    this.#revision = Math.max(this.#revision, event.revision);
    switch (event.type) {
      case 'lease-taken':
        return this.#leaseTaken(event);
      case 'lease-ended':
        if (!this.#leases.delete(event.lease)) this.#fault(event, `${event.lease} ended and nobody held it`);
        return;
      case 'write':
        return this.#write(event);
      case 'claim-taken':
        return this.#claimTaken(event);
      case 'claim-ended':
        return this.#claimEnded(event);
    }
  }

  #leaseTaken(event: Extract<HistoryEvent, { type: 'lease-taken' }>): void {
    const held = this.#leases.get(event.lease);
    if (held && held.holder !== event.holder) {
      this.#fault(event, `${event.holder} took ${event.lease} while ${held.holder} held it`);
    }
    if (event.token <= (this.#newest.get(event.lease) ?? 0))
      this.#fault(event, `token ${event.token} was given before`);
    this.#newest.set(event.lease, Math.max(event.token, this.#newest.get(event.lease) ?? 0));
    this.#leases.set(event.lease, { holder: event.holder, token: event.token });
  }

  #write(event: Extract<HistoryEvent, { type: 'write' }>): void {
    const held = this.#leases.get(event.lease);
    if (held?.token === event.token) return;
    this.#fault(event, `${event.key} was written under token ${event.token}, which does not hold ${event.lease}`);
  }

  #claimTaken(event: Extract<HistoryEvent, { type: 'claim-taken' }>): void {
    const held = this.#claims.get(event.host);
    if (held) this.#fault(event, `${event.owner} took ${event.host} while ${held.owner} held it`);
    this.#claims.set(event.host, { owner: event.owner, round: event.round });
  }

  #claimEnded(event: Extract<HistoryEvent, { type: 'claim-ended' }>): void {
    const held = this.#claims.get(event.host);
    this.#claims.delete(event.host);
    if (!held) return this.#fault(event, `${event.host} was given back and nobody held it`);
    if (event.byHand) return;
    const { verdict } = event;
    if (!verdict) return this.#fault(event, `${event.host} was given back without an outcome`);
    if (verdict.owner === held.owner && verdict.round === held.round) return;
    this.#fault(
      event,
      `${event.host} of ${held.owner} round ${held.round} was given back by ${verdict.owner} round ${verdict.round}`,
    );
  }

  #fault({ revision, type }: HistoryEvent, what: string): void {
    this.faults.push(`revision ${revision}, ${type}: ${what}`);
  }
}

/** A key of one transaction as it was and as it is: undefined = absent. */
export interface Change {
  key: string;
  before?: Json;
  after?: Json;
}

/** What one transaction did to claims. Keys are relative to the fleet. */
export function claimEvents(revision: number, changes: readonly Change[], token?: number): HistoryEvent[] {
  return changes.flatMap((change): HistoryEvent[] => {
    if (!change.key.startsWith('claims/')) return [];
    const host = change.key.slice('claims/'.length);
    const [before, after] = [change.before, change.after] as unknown as (ClaimRecord | undefined)[];
    const taken = (claim: ClaimRecord): HistoryEvent => ({
      type: 'claim-taken',
      revision,
      host,
      owner: claim.owner,
      round: claim.round,
      ...(token === undefined ? {} : { token }),
    });
    if (after) return [taken(after)];
    return before ? [{ type: 'claim-ended', revision, host, ...endedBy(host, changes) }] : [];
  });
}

/** What stands beside the deletion of a claim in its transaction. */
function endedBy(
  host: string,
  changes: readonly Change[],
): { verdict?: { owner: string; round: number }; byHand?: boolean } {
  if (changes.some(({ key, after }) => after !== undefined && key.startsWith(`released/${host}/`)))
    return { byHand: true };
  for (const { key, after } of changes) {
    const [folder, operation, name] = key.split('/');
    const entry = after as { round: number; step: { verdict?: unknown } } | undefined;
    if (folder === 'journal' && name === host && entry?.step.verdict) {
      return { verdict: { owner: `Operation/${operation}`, round: entry.round } };
    }
  }
  return {};
}
