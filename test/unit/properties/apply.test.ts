import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplyOperation } from '../../../schema/generated/types.ts';
import type { ClusterRecord } from '../../../reconciler/kinds/cluster/apply-record.ts';
import { decideApply, type ApplyInput, type StartedOperation } from '../../../reconciler/kinds/cluster/decide-apply.ts';
import type { ProfileWord } from '../../../reconciler/kinds/host/profile-state.ts';
import { isTerminal } from '../../../reconciler/kinds/operation/record.ts';

interface Host {
  word: ProfileWord;
  usable: boolean;
  /** It was acted on and nobody has compared it since. */
  stale: boolean;
  removals: number;
}

interface Operation extends StartedOperation {
  spec: ApplyOperation;
}

/** For a long run: INTENDANT_PROPERTY_RUNS=20000 npx vitest run --project unit test/unit/properties/apply */
const RUNS = Number(process.env.INTENDANT_PROPERTY_RUNS ?? 200);

const NAMES = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5'];

/** A cluster and its hosts, on which anything may happen between two looks. */
class World {
  readonly hosts = new Map<string, Host>(
    NAMES.map((name) => [name, { word: 'fresh', usable: true, stale: false, removals: 0 }]),
  );
  readonly operations = new Map<string, Operation>();
  readonly wanted = new Set<string>();
  profile = 0;
  nowMs = 0;
  confirmed: string | undefined;
  record: ClusterRecord | undefined;

  look(): void {
    const input: ApplyInput = {
      cluster: 'web',
      profile: this.#digest(),
      selfHeal: true,
      members: [...this.hosts].map(([name, { word, usable, stale, removals }]) => ({
        name,
        word: stale ? 'unknown' : word,
        usable,
        removals,
      })),
      record: this.record,
      started: (name) => this.operations.get(name) ?? { outcomes: {} },
      isTaken: (name) => this.operations.has(name),
      rollout: undefined,
      pruneLimit: 1,
      confirmed: this.confirmed,
      commit: `c0ffee${this.profile}`,
      nowMs: this.nowMs,
    };
    const { record, operations, held } = decideApply(input);
    // What is written is what is read again: a daemon may be killed between any two looks.
    this.record = JSON.parse(JSON.stringify(record)) as ClusterRecord;
    // One transaction: what is wanted no more goes as what is wanted comes.
    for (const { name, spec } of operations) if (spec === undefined) this.#drop(name);
    for (const { name, spec } of operations) {
      if (spec !== undefined) this.#start(name, spec as unknown as ApplyOperation, held !== undefined);
    }
  }

  #start(name: string, spec: ApplyOperation, isHeld: boolean): void {
    const hosts = spec.target.hosts ?? [];
    expect(this.operations.has(name)).toBe(false);
    expect(hosts.length).toBeGreaterThan(0);
    expect(spec.rollout).toMatchObject({ canary: true, batches: [1] });
    expect(spec.profile).toBe(this.#digest());
    for (const host of hosts) {
      const { usable, stale, removals } = this.hosts.get(host)!;
      expect({ usable, stale }).toEqual({ usable: true, stale: false });
      if (isHeld) expect(removals).toBe(0);
    }
    this.operations.set(name, { spec, phase: 'Running', outcomes: {} });
    this.wanted.add(name);
    // A host is in at most one of those that are wanted.
    const inHand = [...this.wanted].flatMap((each) => this.operations.get(each)!.spec.target.hosts ?? []);
    expect(new Set(inHand).size).toBe(inHand.length);
  }

  /** One that is wanted no more ends. */
  #drop(name: string): void {
    this.wanted.delete(name);
    const operation = this.operations.get(name);
    if (operation && !isTerminal(operation.phase!)) this.operations.set(name, { ...operation, phase: 'Cancelled' });
  }

  /** The oldest operation in hand ends: every host is brought to its profile, or the first of them fails. */
  end(fails: boolean): void {
    const found = [...this.operations].find(([, { phase }]) => phase === 'Running');
    if (!found) return;
    const [name, operation] = found;
    const hosts = operation.spec.target.hosts ?? [];
    for (const host of hosts) this.hosts.get(host)!.stale = true;
    if (fails) {
      const failure = { result: 'failed', reason: 'ApplyFailed', message: 'no' };
      this.operations.set(name, { ...operation, phase: 'Failed', outcomes: { [hosts[0]!]: failure } });
      return;
    }
    for (const host of hosts) Object.assign(this.hosts.get(host)!, { word: 'even', removals: 0 });
    this.operations.set(name, { ...operation, phase: 'Succeeded', outcomes: {} });
  }

  compare(): void {
    for (const host of this.hosts.values()) host.stale = false;
  }

  change(removals: number): void {
    this.profile += 1;
    for (const host of this.hosts.values())
      if (host.word !== 'fresh') Object.assign(host, { word: 'behind', removals });
  }

  #digest(): string {
    return `aaaa000${this.profile}`;
  }
}

const host = fc.constantFrom(...NAMES);
const event = fc.oneof(
  fc.record({ type: fc.constant('end' as const), fails: fc.boolean() }),
  fc.record({ type: fc.constant('compare' as const) }),
  fc.record({ type: fc.constant('change' as const), removals: fc.constantFrom(0, 0, 2) }),
  fc.record({ type: fc.constant('drift' as const), host }),
  fc.record({ type: fc.constant('away' as const), host, usable: fc.boolean() }),
  fc.record({ type: fc.constant('later' as const), ms: fc.constantFrom(1000, 60_000, 3_600_000) }),
);

function happen(world: World, each: typeof event extends fc.Arbitrary<infer E> ? E : never): void {
  switch (each.type) {
    case 'end':
      return world.end(each.fails);
    case 'compare':
      return world.compare();
    case 'change':
      return world.change(each.removals);
    case 'drift': {
      const drifted = world.hosts.get(each.host)!;
      if (drifted.word === 'even') drifted.word = 'drifted';
      return;
    }
    case 'away':
      world.hosts.get(each.host)!.usable = each.usable;
      return;
    case 'later':
      world.nowMs += each.ms;
  }
}

describe('what a cluster applies, whatever happens', () => {
  it(
    'is for hosts that can be acted on and were compared, no host twice at a time, and ends with all of them even',
    () => {
      fc.assert(
        fc.property(fc.array(event, { maxLength: 40 }), (events) => {
          const world = new World();
          for (const each of events) {
            happen(world, each);
            world.look();
          }

          // From here on nothing goes wrong any more.
          for (const each of world.hosts.values()) each.usable = true;
          for (let round = 0; round < 12; round += 1) {
            world.confirmed = world.record?.prune?.commit;
            world.nowMs += 3_600_000;
            world.compare();
            world.look();
            world.end(false);
          }
          expect([...world.hosts.values()].map(({ word }) => word)).toEqual(NAMES.map(() => 'even'));
        }),
        { numRuns: RUNS },
      );
    },
    RUNS * 100 + 30_000,
  );
});
