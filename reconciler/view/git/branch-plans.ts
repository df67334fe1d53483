import type { Diagnostic } from '../../model/diagnostic.ts';
import { asIntendantError, InvalidInput, Waiting } from '../../model/errors.ts';
import type { Clock } from '../../model/clock.ts';
import type { Inventory } from '../../model/resource.ts';
import { unlessAborted } from '../../model/until-aborted.ts';
import { GitCode } from '../../source/git/git-error.ts';
import { Serial } from '../../source/git/serial.ts';
import { cleanText } from '../../status/text.ts';
import type { RevisionRecord } from '../../store/records.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { FleetCache } from '../fleet-cache.ts';
import type { BranchPlan, PlanOfBranch } from '../http/git-reading.ts';
import { isFinishedIn, makePlan } from '../make-plan.ts';
import { BoundedCache } from './bounded-cache.ts';
import { AcceptedReader, readAccepted } from './read-accepted.ts';
import type { ViewSource } from './view-source.ts';

export interface BranchPlansOptions {
  source: ViewSource;
  store: StateStore;
  cache: FleetCache;
  clock: Clock;
  /** Aborted when the view stops: what is made for many does not end with who asked first. */
  stopping: AbortSignal;
}

/** A branch as it is proposed, and what it was compared with. */
interface Proposal {
  head: string;
  base: string;
  accepted: Inventory;
  proposed: Inventory;
  diagnostics: Diagnostic[];
}

/** Proposals that are kept: each holds two inventories. */
const KEPT = 4;
const PLANS_KEPT = 16;
/** How long the tip of a branch is believed, in milliseconds: however many people look at one plan. */
const TIP_MS = 2000;
const TIPS_KEPT = 64;
/** Plans that may wait for their turn; who comes then is told to come back. */
const MOST_WAITING = 8;
const MAX_DIAGNOSTICS = 200;

/**
 * Plans of branches of the config repository: what the daemon would do if one were merged now. Reads git and the store, never a
 * host and no secret. One is made at a time, and each once for the same commits and the same state of the fleet.
 */
export class BranchPlans implements PlanOfBranch {
  readonly #options: BranchPlansOptions;
  readonly #proposals = new BoundedCache<Promise<Proposal>>(KEPT);
  readonly #plans = new BoundedCache<BranchPlan>(PLANS_KEPT);
  readonly #tips = new BoundedCache<{ at: number; tip: Promise<string | undefined> }>(TIPS_KEPT);
  readonly #serial = new Serial();
  #waiting = 0;

  constructor(options: BranchPlansOptions) {
    this.#options = options;
  }

  async plan(branch: string, signal: AbortSignal): Promise<BranchPlan | undefined> {
    const head = await unlessAborted(this.#tip(branch), signal).catch((thrown: unknown) => {
      const error = asIntendantError(thrown);
      if (error.code !== GitCode.badRef) throw error;
      const { message, hint } = error;
      throw new InvalidInput(message, { code: 'BRANCH_NAME', ...(hint !== undefined && { hint }), cause: error });
    });
    if (head === undefined) return undefined;
    const { cache, clock, store } = this.#options;
    const record = await readAccepted(store, signal);
    if (!record) {
      throw new Waiting('No revision of the config repository is in effect yet.', {
        code: 'NOTHING_ACCEPTED',
        hint: 'Ask again when the daemon has accepted one.',
      });
    }
    const name = `${head} ${record.accepted} ${JSON.stringify(record.held)}`;
    const known = this.#plans.get(`${name} ${cache.revision}`);
    if (known) return { ...known, branch };
    const { base, proposed, accepted, diagnostics } = await unlessAborted(this.#proposal(name, record, head), signal);
    const objects = cache.list().map(({ status }) => status);
    const made = makePlan(proposed, objects, accepted, clock.now());
    const plan = { branch, head, base, ...made, diagnostics };
    this.#plans.set(`${name} ${cache.revision}`, plan);
    return plan;
  }

  /** Who asks for what is being made waits for it; who gives up takes nothing from the others. */
  #proposal(name: string, record: RevisionRecord, head: string): Promise<Proposal> {
    const known = this.#proposals.get(name);
    if (known) return known;
    if (this.#waiting >= MOST_WAITING) return Promise.reject(busy());
    this.#waiting += 1;
    const made = this.#serial.run(() => this.#propose(record, head, this.#options.stopping));
    this.#proposals.set(name, made);
    made.catch(() => this.#proposals.delete(name)).finally(() => (this.#waiting -= 1));
    return made;
  }

  /** As the daemon would take it up: what is wrong in the branch holds its cluster at what is in effect now. */
  async #propose(record: RevisionRecord, head: string, signal: AbortSignal): Promise<Proposal> {
    const { source, cache } = this.#options;
    const isFinished = isFinishedIn(cache.list('Operation').map(({ status }) => status));
    const reader = new AcceptedReader(source, isFinished);
    const accepted = await reader.accepted(record, signal);
    await source.bringBeside(head, signal);
    const fork = await source.forkPoint(head, record.accepted, signal);
    const { inventory: proposed, diagnostics } = await reader.merge(head, fork, signal);
    return {
      head,
      base: record.accepted,
      accepted,
      proposed,
      diagnostics: diagnostics.slice(0, MAX_DIAGNOSTICS).map((each) => ({
        ...each,
        message: cleanText(each.message),
        file: cleanText(each.file),
      })),
    };
  }

  /** Who asks for a tip that is being asked for waits for the same answer. */
  #tip(branch: string): Promise<string | undefined> {
    const { clock, source, stopping } = this.#options;
    const now = clock.monotonic();
    const known = this.#tips.get(branch);
    if (known && now - known.at < TIP_MS) return known.tip;
    const tip = source.tipOf(branch, stopping);
    this.#tips.set(branch, { at: now, tip });
    // What failed is asked anew.
    tip.catch(() => this.#tips.delete(branch));
    return tip;
  }
}

function busy(): Waiting {
  return new Waiting('Too many plans are being made.', {
    code: 'PLAN_BUSY',
    hint: 'Ask again in a few seconds.',
    retryAfterMs: 5000,
  });
}
