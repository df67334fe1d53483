import { describe, expect, it } from 'vitest';
import type { KindDeps } from '../../reconciler/kinds/context.ts';
import type { FrozenNeighbour, Neighbour } from '../../reconciler/kinds/operation/neighbours/neighbour.ts';
import { findNeighbours, NEIGHBOURS } from '../../reconciler/kinds/operation/neighbours/registry.ts';
import { outAfter } from '../../reconciler/kinds/operation/neighbours/standing.ts';
import { nextHostStep, stepsOf } from '../../reconciler/kinds/operation/pipeline.ts';
import { stepReadCommand, type StepRead, type StepStart } from '../../reconciler/hosts/guarded-step.ts';
import type { HostTarget } from '../../reconciler/hosts/transport.ts';
import type { JournalRecord, Step, StepOutcome } from '../../reconciler/model/plan.ts';
import { InventoryBuilder } from '../../reconciler/source/inventory/inventory-builder.ts';
import type { OperationSpec } from '../../schema/generated/types.ts';
import { commitFiles, documentOf } from '../support/inventory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryLive } from '../support/memory-live.ts';
import { silentLog } from '../support/silent-log.ts';
import { Machine } from '../support/world/machine.ts';

const RUN: OperationSpec = { type: 'run', target: { cluster: 'web' }, script: 'true' };
const HOSTS = ['web-1', 'web-2'];

/** How a cluster comes to have each kind of neighbour. A new kind adds a line, and has passed when these tests have. */
const DECLARED: Record<string, { cluster: object; documents: string[] }> = {
  'container-manager': {
    cluster: { containerManager: 'none' },
    documents: [documentOf('ContainerManager', 'none', { type: 'trivial' })],
  },
  'command-hook': {
    cluster: {
      hooks: [
        { name: 'pool', host: 'lb-1', before: { command: ['out', '{host}'] }, after: { command: ['in', '{host}'] } },
      ],
    },
    documents: [],
  },
};

it('every kind of neighbour is held to the contract', () => {
  expect(Object.keys(DECLARED).sort()).toEqual(NEIGHBOURS.map(({ type }) => type).sort());
});

describe.each(NEIGHBOURS.map((neighbour) => [neighbour.type, neighbour] as const))(
  'a neighbour of type %s',
  (type, kind) => {
    const world = worldOf(type);
    const frozen = { spec: RUN, digest: 'd', neighbours: world.neighbours };

    it('is declared the same each time, by this type and under a name of its own', () => {
      const names = world.neighbours.map(({ name }) => name);

      expect(world.neighbours.length).toBeGreaterThan(0);
      expect(world.neighbours.every((neighbour) => neighbour.type === type)).toBe(true);
      expect(new Set(names).size).toBe(names.length);
      expect(worldOf(type).neighbours).toEqual(world.neighbours);
    });

    it('has the same steps after its record was written and read again', () => {
      const [neighbour] = world.neighbours as [FrozenNeighbour];
      const reread = JSON.parse(JSON.stringify(neighbour)) as FrozenNeighbour;

      expect(kind.steps(reread)).toEqual(kind.steps(neighbour));
      expect(JSON.parse(JSON.stringify(kind.steps(neighbour)))).toEqual(kind.steps(neighbour));
    });

    it('undoes what it does: whatever takes out is followed by something that puts back', () => {
      for (const neighbour of world.neighbours) {
        const { before, after } = kind.steps(neighbour);

        expect(before.some(({ takesOut }) => takesOut)).toBe(true);
        expect(after.length).toBeGreaterThan(0);
      }
    });

    it('gives each step an id that is safe as the name of a folder, and each record one that names the host', () => {
      const records = HOSTS.flatMap((host) =>
        stepsOf('op', frozen, host, 0).flatMap((step) => {
          expect(step.id).toMatch(/^[a-z0-9.-]+$/);
          const isOurs = step.parameters.neighbour !== undefined && !step.idempotent;
          return isOurs ? [kind.recordOf!(step, '/steps')] : [];
        }),
      );
      const ids = records.map(({ host, place }) => `${host} ${place.stepId}`);

      expect(new Set(ids).size).toBe(ids.length);
      for (const { place } of records) expect(() => stepReadCommand({ user: 'root', nonce: 'n' }, place)).not.toThrow();
    });

    it('takes each host out once and puts it back once, however often its steps are performed', async () => {
      const fresh = worldOf(type);

      for (const host of HOSTS) {
        const { journal, verdict } = await fresh.play(kind, host, 3);

        expect(verdict.result).toBe('succeeded');
        expect(outAfter({ out: {} }, journal)).toEqual({});
      }

      const { acted } = fresh.helper;
      expect(new Set(acted).size).toBe(acted.length);
      const sides = ['takeout', 'putback'].map((side) => acted.filter((id) => id.includes(side)).length);
      expect(sides[0]).toBe(sides[1]);
    });

    it('leaves the host out and named where the act fails, and is not told again in the next round', async () => {
      const fresh = worldOf(type);

      const first = await fresh.play(kind, 'web-1', 1, { failing: 'run' });
      const second = await fresh.play(kind, 'web-1', 1, { before: first.journal });

      const names = fresh.neighbours.map(({ name }) => name);
      expect(Object.keys(first.verdict.data?.out as object)).toEqual(names);
      for (const name of names) expect(first.verdict.message).toContain(name);
      expect(second.journal.some(({ step, round }) => round === 1 && step.parameters.takesOut === true)).toBe(false);
      expect(second.verdict).toMatchObject({ result: 'succeeded' });
    });
  },
);

interface World {
  neighbours: FrozenNeighbour[];
  helper: Machine;
  /** Plays a round of a host to its verdict, performing each step of the neighbour so many times. */
  play(
    kind: Neighbour,
    host: string,
    times: number,
    how?: { failing?: string; before?: JournalRecord[] },
  ): Promise<{ journal: JournalRecord[]; verdict: StepOutcome }>;
}

function worldOf(type: string): World {
  const { cluster, documents } = DECLARED[type]!;
  const files = [
    documentOf('Cluster', 'web', cluster),
    ...documents,
    documentOf('Host', 'lb-1', { address: '192.0.2.9' }),
    ...HOSTS.map((name, at) => documentOf('Host', name, { address: `192.0.2.${at + 1}`, cluster: 'web' })),
  ];
  const { inventory } = commitFiles(new InventoryBuilder(), 'c1', { 'all.yaml': files.join('---\n') });
  const neighbours = findNeighbours(RUN, HOSTS, ['web'], inventory).around;
  const clock = new ManualClock();
  const traits = { exitCode: 0, checkBefore: 0, checkAfter: 0, returns: true };
  const helper = new Machine(traits, () => clock.now());
  const hands = {
    facts: async () => ({ facts: { bootId: helper.bootId, os: 'debian', osLike: '' }, hostKey: 'k' }),
    startStep: async (_target: HostTarget, step: StepStart) => helper.start(step),
    readStep: async (_target: HostTarget, step: StepRead) => helper.read(step),
    drop: () => undefined,
  };
  const deps = {
    live: new MemoryLive(),
    inventory: () => inventory,
    hands,
    clock,
    stepsRoot: '/steps',
    lastSeen: new Map(),
    log: silentLog,
  } as unknown as KindDeps;
  const perform = async (kind: Neighbour, step: Step, host: string, times: number): Promise<StepOutcome> => {
    let outcome: StepOutcome | undefined;
    for (let time = 0; time < times; time += 1) {
      const again = await kind.apply({ step, deps, signal: new AbortController().signal, name: host });
      if (outcome) expect(again).toEqual(outcome);
      outcome = again;
    }
    return outcome!;
  };
  return {
    neighbours,
    helper,
    async play(kind, host, times, { failing, before = [] } = {}) {
      const round = before.length > 0 ? 1 : 0;
      const journal: JournalRecord[] = [...before];
      const frozen = { spec: RUN, digest: 'd', neighbours };
      const standing = { out: before.length > 0 ? outAfter({ out: {} }, before) : {}, acted: false };
      for (;;) {
        const mine = journal.filter((entry) => entry.round === round);
        const step = nextHostStep('op', frozen, host, round, mine, undefined, standing)!;
        if (step.verdict) return { journal, verdict: step.verdict };
        const isOurs = step.parameters.neighbour !== undefined;
        const outcome: StepOutcome = isOurs
          ? await perform(kind, step, host, times)
          : { result: step.action === failing ? 'failed' : 'succeeded', reason: 'R', message: 'm' };
        const at = '2026-01-01T00:00:00.000Z';
        journal.push({ format: 1, round, step, startedAt: at, outcome: { ...outcome, at } });
      }
    },
  };
}
