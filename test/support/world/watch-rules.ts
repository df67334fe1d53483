import { reviewOperation, type OperationReview } from '../../../reconciler/kinds/operation/review.ts';
import type { OperationRecord } from '../../../reconciler/kinds/operation/record.ts';
import type { JournalRecord, Step } from '../../../reconciler/model/plan.ts';
import { keyOf } from '../../../reconciler/model/resource.ts';
import { asHostRecord } from '../../../reconciler/kinds/host/record.ts';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import type { ClaimRecord } from '../../../reconciler/store/records.ts';
import { checkHistory, type Change } from '../history.ts';
import { courseFault, disorder, isWayBack } from './course.ts';
import { HELPER, type FleetWorld } from './fleet-world.ts';
import { watchNeighbours } from './watch-neighbours.ts';

/**
 * Judges every transaction of a world at the moment it is made, and the world at its end. Knows the rules by themselves and
 * shares no code with what decides; only the review, which is one side of a rule, is the product's.
 */
export class WatchRules {
  readonly faults: string[] = [];
  /** What a person would have been shown right before the operation began. */
  readonly #reviews = new Map<string, OperationReview>();
  readonly #world: FleetWorld;

  constructor(world: FleetWorld) {
    this.#world = world;
    world.watcher = (changes) => changes.forEach((change) => this.#see(change, changes));
  }

  #see({ key, before, after }: Change, changes: readonly Change[]): void {
    const name = key.slice(key.lastIndexOf('/') + 1);
    if (key.startsWith('claims/') && after) this.#claimed(name, after as unknown as ClaimRecord);
    if (key.startsWith('records/Operation/') && after) {
      const [was, is] = [before, after] as unknown as (OperationRecord | undefined)[];
      if (!was?.frozen && is?.frozen) this.#begun(name, is);
      if (was?.frozen && JSON.stringify(was.frozen) !== JSON.stringify(is?.frozen))
        this.#fault(`${name} was frozen twice`);
    }
    if (key.startsWith('journal/')) this.#journalled(key, before as JournalRecord | undefined, after, changes);
  }

  /** A host is begun: within its batch, within maxUnavailable, within the failure budget, and not while others wait. */
  #claimed(host: string, { owner, round }: ClaimRecord): void {
    const operation = owner.slice('Operation/'.length);
    const { frozen, batches } = this.#world.recordOf(operation) ?? {};
    if (!frozen || !batches) return this.#fault(`${owner} took ${host} before it had begun`);
    const down = this.#scope(frozen.clusters, frozen.hosts).filter((name) => name === host || this.#isDown(name));
    if (down.length > frozen.rollout.maxUnavailable) {
      this.#fault(`${owner} took ${host}: ${down.join(', ')} down, at most ${frozen.rollout.maxUnavailable} may be`);
    }
    const results = (hosts: readonly string[]): (string | undefined)[] =>
      hosts.map((name) => this.#verdict(operation, name, round));
    const failed = results(batches.flat()).filter((result) => result === 'failed' || result === 'unknown').length;
    if (failed > frozen.rollout.maxFailures) this.#fault(`${owner} took ${host} after ${failed} failures`);
    const batch = batches.findIndex((hosts) => hosts.includes(host));
    const earlier = results(batches.slice(0, Math.max(batch, 0)).flat());
    if (batch < 0 || earlier.includes(undefined)) this.#fault(`${owner} took ${host} before its batch`);
  }

  #begun(name: string, { frozen, batches }: OperationRecord): void {
    const { inventory, live, clock } = this.#world;
    const resource = inventory.get(keyOf('Operation', name));
    if (!resource) return this.#fault(`${name} began without a document`);
    const statusOf = (key: string): ObjectStatus | undefined =>
      live.get(keys.object(key as 'Host/x')) as unknown as ObjectStatus | undefined;
    const review = reviewOperation(resource, inventory, statusOf, clock.now());
    this.#reviews.set(name, review);
    const { hosts, rollout } = review;
    const [shown, frozenAs] = [
      { hosts, batches: review.batches, rollout },
      { hosts: frozen?.hosts, batches, rollout: frozen?.rollout },
    ];
    if (JSON.stringify(shown) !== JSON.stringify(frozenAs)) {
      this.#fault(`${name} was shown as ${JSON.stringify(shown)} and began as ${JSON.stringify(frozenAs)}`);
    }
  }

  #journalled(key: string, before: JournalRecord | undefined, value: unknown, changes: readonly Change[]): void {
    const [, operation, host] = key.split('/') as [string, string, string];
    const after = value as JournalRecord | undefined;
    if (!after || before?.outcome) return this.#fault(`${key} was rewritten`);
    const { outcome: _outcome, ...intent } = after;
    if (before && JSON.stringify(before) !== JSON.stringify(intent)) this.#fault(`the intent ${key} was changed`);
    const claim = (changes.find((change) => change.key === keys.claim(host)) ?? {
      after: this.#world.live.get(keys.claim(host)),
    }) as { after?: unknown };
    const owner = (claim.after as ClaimRecord | undefined)?.owner;
    if (!after.step.verdict && owner !== `Operation/${operation}`) this.#fault(`${key} was written without the claim`);
  }

  /** What must hold in the end. */
  atTheEnd(): string[] {
    for (const fault of checkHistory(this.#world.history)) this.#fault(fault);
    for (const name of this.#world.names) this.#ended(name);
    this.faults.push(...watchNeighbours(this.#world));
    for (const [host, { acted }] of this.#world.machines) {
      if (host === HELPER) continue;
      if (new Set(acted).size !== acted.length) this.#fault(`${host} was acted on twice: ${acted.join(', ')}`);
      for (const id of acted)
        if (!this.#isJournalled(host, id)) this.#fault(`${host} did ${id}, and no journal says so`);
    }
    for (const [key] of this.#world.live.list('claims/')) this.#fault(`${key} is left behind`);
    return this.faults;
  }

  #ended(name: string): void {
    const record = this.#world.recordOf(name);
    if (!this.#world.isOverOrGone(name)) return this.#fault(`${name} has not ended: ${record?.phase}`);
    if (!record) return;
    const journal = this.#world.journalOf(name);
    const review = this.#reviews.get(name);
    for (const [host, entries] of journal) {
      if (!record.frozen?.hosts.includes(host)) this.#fault(`${name} journalled ${host}, which it does not have`);
      for (const round of new Set(entries.map((entry) => entry.round))) {
        this.#hostEnded(
          name,
          host,
          entries.filter((entry) => entry.round === round),
          review,
          entries.some((entry) => entry.round < round && entry.outcome?.data?.out !== undefined),
        );
      }
    }
    this.#tallied(name, record);
  }

  /** One round of one host: exactly one outcome, and the actions that were shown, in their order. */
  #hostEnded(
    name: string,
    host: string,
    entries: JournalRecord[],
    review: OperationReview | undefined,
    stands: boolean,
  ): void {
    const verdicts = entries.filter((entry) => entry.step.verdict);
    if (verdicts.length !== 1) this.#fault(`${name} gave ${host} ${verdicts.length} outcomes in one round`);
    const did = entries.filter((entry) => !entry.step.verdict).sort((a, b) => a.step.ordinal - b.step.ordinal);
    const steps = (review?.plan.steps ?? []).filter(({ target }) => target === keyOf('Host', host));
    // What failed may be followed by its undoing, and what is out already is not taken out again: watched elsewhere.
    const isAround = (step: Step): boolean => step.parameters.neighbour !== undefined;
    const later = stands || did.some(({ step }) => step.parameters.side === 'putBack');
    const mine = did.filter(({ step }) => !later || !isAround(step));
    // The plan is the way on which nothing fails; people are shown the way back beside it.
    const wayBack = (review?.actions ?? []).filter(isWayBack);
    const shown = [...steps.filter((step) => !later || !isAround(step)).map(({ summary }) => summary), ...wayBack];
    const result = verdicts[0]?.outcome?.result;
    const fault = stands ? disorder(shown, mine) : courseFault(shown, mine, result === 'succeeded');
    if (fault !== undefined) this.#fault(`${name} on ${host}: ${fault}`);
    if (did.some((entry) => !entry.outcome)) this.#fault(`${name} left a step of ${host} open`);
  }

  /** The status counts every host once, and a host that is done in only one place. */
  #tallied(name: string, record: OperationRecord): void {
    const status = this.#world.live.get(keys.object(keyOf('Operation', name))) as unknown as ObjectStatus | undefined;
    const hosts = status?.detail.hosts as Record<string, number> | undefined;
    if (!hosts || !record.frozen) return;
    const { total, ...places } = hosts;
    const sum = Object.values(places).reduce((all, count) => all + count, 0);
    if (total !== sum || total !== record.frozen.hosts.length) this.#fault(`${name} counts ${JSON.stringify(hosts)}`);
    if (hosts.running !== 0) this.#fault(`${name} has ended with hosts in hand`);
    if (record.phase === 'Succeeded' && hosts.pending !== 0) this.#fault(`${name} succeeded without all its hosts`);
  }

  #verdict(operation: string, host: string, round: number): string | undefined {
    const entries = this.#world.journalOf(operation).get(host) ?? [];
    return entries.find((entry) => entry.round === round && entry.step.verdict)?.outcome?.result;
  }

  #isJournalled(host: string, stepId: string): boolean {
    return [...this.#world.live.list('journal/')].some(
      ([key, value]) => key.split('/')[2] === host && (value as unknown as JournalRecord).step.id === stepId,
    );
  }

  /** Known to be down (not active, or its last check got no answer), in somebody's hands, or sent down by us and not back. */
  #isDown(name: string): boolean {
    const { live, machines } = this.#world;
    const status = live.get(keys.object(keyOf('Host', name))) as unknown as ObjectStatus | undefined;
    const missed = asHostRecord(live.get(keys.record(keyOf('Host', name))))?.failure !== undefined;
    const isUp = status?.status === 'active' && !missed;
    return !isUp || live.get(keys.claim(name)) !== undefined || machines.get(name)!.isRebooting;
  }

  #scope(clusters: readonly string[], hosts: readonly string[]): string[] {
    return [...this.#world.hosts].flatMap(([name, { cluster }]) => {
      const concerned = hosts.includes(name) || (cluster !== undefined && clusters.includes(cluster));
      return concerned && !this.#world.inMaintenance(name) ? [name] : [];
    });
  }

  #fault(what: string): void {
    if (this.faults.length < 20) this.faults.push(what);
  }
}
