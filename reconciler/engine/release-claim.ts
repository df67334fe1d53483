import { isoTime } from '../model/clock.ts';
import { InvalidInput, Transient } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import type { JournalRecord, StepOutcome } from '../model/plan.ts';
import { splitKey, type ResourceKey } from '../model/resource.ts';
import { outAfter, standingOf } from '../kinds/operation/neighbours/standing.ts';
import { verdictStep } from '../kinds/operation/pipeline.ts';
import { asOperationRecord, isTerminal } from '../kinds/operation/record.ts';
import { unsealJournal, type SealedRecord } from '../kinds/operation/sealed.ts';
import { withOut } from '../kinds/operation/verdict.ts';
import { cleanText } from '../status/text.ts';
import { keys } from '../store/keys.ts';
import type { ClaimRecord, ReleaseRecord } from '../store/records.ts';
import type { Entry, Expectation, StateStore, Write } from '../store/state-store.ts';
import { MAX_WHY } from './halt-file.ts';
import type { ByHand } from './halt-key.ts';
import { stepName } from './step-name.ts';

const TRIES = 5;

/**
 * Takes the claim on a host away from whoever holds it, and keeps who did it and why. An unfinished operation counts the host as
 * failed (`ReleasedByHand`) and goes on within its failure budget; what it was doing there is let go of. All in one transaction
 * that expects the claim and the journal as they were read. Throws InvalidInput `NOT_CLAIMED` or `REASON_MISSING`, Transient
 * `STORE_CONTENDED`.
 */
export async function releaseClaim(
  store: StateStore,
  host: string,
  { who, why }: ByHand,
  nowMs: number,
  signal?: AbortSignal,
): Promise<ReleaseRecord> {
  const reason = cleanText(why ?? '', MAX_WHY);
  if (reason === '') {
    throw new InvalidInput('A claim is released by hand only with a reason.', {
      code: 'REASON_MISSING',
      hint: 'Add --reason TEXT; it is kept.',
    });
  }
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const claim = await store.get(keys.claim(host), signal);
    if (!claim) {
      throw new InvalidInput(`Nobody holds the host ${JSON.stringify(host.slice(0, 100))}.`, {
        code: 'NOT_CLAIMED',
        hint: '`intendant claims` lists the hosts that are held.',
      });
    }
    const by = { who: cleanText(who, 100) || 'unknown', why: reason, at: isoTime(nowMs) };
    const { record, writes, expectations } = await prepare(store, host, claim, by, signal);
    const result = await store.commit(writes, expectations, signal);
    if (result.ok) return record;
  }
  throw new Transient(`The claim on ${host} could not be released: it keeps changing.`, {
    code: 'STORE_CONTENDED',
    hint: 'The operation is moving there; look at `intendant claims` and try again if it is still needed.',
  });
}

interface Prepared {
  record: ReleaseRecord;
  writes: Write[];
  expectations: Expectation[];
}

async function prepare(
  store: StateStore,
  host: string,
  claimed: Entry,
  by: { who: string; why: string; at: string },
  signal: AbortSignal | undefined,
): Promise<Prepared> {
  const claim = claimed.value as unknown as ClaimRecord;
  const owner = claim.owner as ResourceKey;
  const journal = await journalOf(store, splitKey(owner).name, host, signal);
  const entries = journal.filter(({ record }) => record.round === claim.round);
  const open = entries.find(({ record }) => !record.outcome);
  const writes: Write[] = [{ delete: keys.claim(host) }];
  const expectations: Expectation[] = [{ key: keys.claim(host), revision: claimed.revision }];
  const operation = asOperationRecord((await store.get(keys.record(owner), signal))?.value);
  const decided = entries.some(({ record }) => record.step.verdict !== undefined);
  if (operation?.frozen && !isTerminal(operation.phase) && !decided) {
    const sealed = (await store.get(keys.sealed(operation.name), signal))?.value as unknown as SealedRecord | undefined;
    const known = sealed && unsealJournal(operation.name, sealed).get(host);
    const standing = standingOf([...(known ? [known] : []), ...journal.map(({ record }) => record)], claim.round);
    const out = outAfter(
      standing,
      entries.map(({ record }) => record),
    );
    const released: StepOutcome = {
      result: 'failed',
      reason: 'ReleasedByHand',
      message: `released by ${by.who}: ${by.why}`,
      // Nobody knows in what state it was left: it counts as down until it is seen.
      data: { down: true },
    };
    const outcome = withOut(released, { out, acted: false });
    if (open) {
      const ended: JournalRecord = { ...open.record, outcome: { ...released, at: by.at } };
      writes.push({ put: open.key, value: ended as unknown as Json });
      expectations.push({ key: open.key, revision: open.revision });
    }
    const step = verdictStep(operation.name, operation.frozen, host, claim.round, outcome);
    const verdict: JournalRecord = {
      format: 1,
      round: claim.round,
      step,
      startedAt: by.at,
      outcome: { ...outcome, at: by.at },
    };
    const key = keys.journal(operation.name, host, stepName(step));
    writes.push({ put: key, value: verdict as unknown as Json });
    expectations.push({ key, revision: 0 });
  }
  const record: ReleaseRecord = {
    format: 1,
    host,
    owner: claim.owner,
    round: claim.round,
    claimedSince: claim.since,
    holder: claim.holder,
    ...(open && { step: open.record.step.id }),
    releasedAt: by.at,
    who: by.who,
    why: by.why,
  };
  // Last: the daemon acts on this one, and by then has heard of the others.
  writes.push({ put: keys.released(host, by.at), value: record as unknown as Json });
  return { record, writes, expectations };
}

/** The journal of one host, all rounds. */
async function journalOf(
  store: StateStore,
  operation: string,
  host: string,
  signal: AbortSignal | undefined,
): Promise<{ key: string; revision: number; record: JournalRecord }[]> {
  const found: { key: string; revision: number; record: JournalRecord }[] = [];
  let after: string | undefined;
  do {
    const page = await store.list(keys.journal(operation, host, ''), { after }, signal);
    for (const { key, revision, value } of page.entries) {
      found.push({ key, revision, record: value as unknown as JournalRecord });
    }
    after = page.next;
  } while (after !== undefined);
  return found;
}
