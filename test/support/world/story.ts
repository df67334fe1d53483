import fc from 'fast-check';
import type { OperationSpec } from '../../../schema/generated/types.ts';
import { FleetWorld, worldHook, type WorldHost, type WorldNeighbours } from './fleet-world.ts';
import { VERSION } from './machine.ts';
import { WatchRules } from './watch-rules.ts';
import type { CallFate } from './wire.ts';

const PLAIN = {
  exitCode: fc.constant(0),
  checkBefore: fc.constant(0),
  checkAfter: fc.constant(0),
  returns: fc.constant(true),
};

const MOVES = [
  ...['look', 'look', 'look', 'look', 'answered', 'answered', 'answered', 'answered', 'answered', 'check', 'check'],
  ...['lost', 'cut', 'refused', 'soon', 'later', 'crash', 'stray', 'outage', 'repair'],
  ...['suspend', 'cancel', 'retry', 'pause', 'remove', 'maintain'],
] as const;
type MoveName = (typeof MOVES)[number];

/** What happens: the word, and a number that picks whom it happens to. */
export type Move = readonly [name: MoveName, pick: number];

export interface Story {
  /** `h0`, `h1`, … */
  hosts: WorldHost[];
  /** `op0`, `op1`, … */
  operations: OperationSpec[];
  /** How many of them, from the first, no document holds: a kind wants them. Default 0. */
  implicit?: number;
  neighbours?: WorldNeighbours;
  moves: Move[];
}

/** Any story: up to three operations on up to two clusters and hosts without one. */
export function storyOf(): fc.Arbitrary<Story> {
  const usually = <T>(value: T, other: T): fc.Arbitrary<T> =>
    fc.oneof({ weight: 8, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constant(other) });
  const traits = fc.record({
    exitCode: usually(0, 3),
    checkBefore: usually(0, 1),
    checkAfter: usually(0, 1),
    returns: usually(true, false),
    family: fc.constantFrom('debian' as const, 'ostree' as const, 'ostree' as const, 'unknown' as const),
    rebootNeeded: fc.constantFrom(true, true, false, 'untold' as const),
    staysBehind: usually(false, true),
  });
  const neighbours = fc.record({
    helper: fc.record({ ...PLAIN, moody: fc.constantFrom(undefined, 3, 7) }),
    hook: fc.boolean(),
    manager: fc.boolean(),
  });
  const host = fc.record({ cluster: fc.constantFrom('web', 'web', 'db', undefined), traits });
  return fc.array(host, { minLength: 1, maxLength: 7 }).chain((hosts) => {
    const names = hosts.map((_, index) => `h${index}`);
    const clusters = [...new Set(hosts.flatMap(({ cluster }) => cluster ?? []))];
    const some = fc.subarray(names, { minLength: 1 }).map((chosen) => ({ hosts: chosen }));
    const all = clusters.length > 0 ? fc.constantFrom(...clusters).map((cluster) => ({ cluster })) : some;
    return fc.record({
      hosts: fc.constant(hosts),
      operations: fc.array(operation(fc.oneof(some, all)), { minLength: 1, maxLength: 3 }),
      implicit: fc.constantFrom(0, 0, 1, 3),
      neighbours: fc.option(neighbours, { nil: undefined }),
      moves: fc.array(fc.tuple(fc.constantFrom(...MOVES), fc.nat(1000)), { maxLength: 90 }),
    });
  });
}

function operation(target: fc.Arbitrary<OperationSpec['target']>): fc.Arbitrary<OperationSpec> {
  const quantity = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom('25%', '50%', '100%'));
  const rollout = fc.record(
    {
      batches: fc.oneof(quantity, fc.array(quantity, { minLength: 1, maxLength: 3 })),
      maxUnavailable: quantity,
      maxFailures: fc.nat(2),
      minHealthyTime: fc.constantFrom('0s', '20s'),
      pauseAfter: fc.integer({ min: 1, max: 2 }),
    },
    { requiredKeys: [] },
  );
  const check = (when: string): object[] => [{ command: [when], retries: 1, interval: '1s' }];
  const checks = fc.constantFrom({}, { before: check('before') }, { before: check('before'), after: check('after') });
  const hooks = fc.constantFrom({}, {}, { hooks: [worldHook('own')] });
  const reboot = fc.constantFrom({}, { reboot: 'never' }, { reboot: 'if-required' }, { reboot: 'always' });
  const type = fc.oneof(
    fc.constant({ type: 'restart' }),
    fc.constant({ type: 'run', script: 'true' }),
    reboot.map((when) => ({ type: 'upgrade', ...when })),
    fc
      .tuple(reboot, fc.boolean())
      .map(([when, rollback]) => ({ type: 'deploy', version: VERSION, ...when, ...(rollback && { rollback }) })),
  );
  return fc
    .record({ target, rollout, checks, type, hooks, suspend: fc.constantFrom(true, false, false) })
    .map(({ type: act, hooks: around, ...spec }) => ({ ...act, ...around, ...spec, timeout: '1m' }) as OperationSpec);
}

/** Plays a story to its end and answers with the rules that were broken. */
export async function playStory({ hosts, operations, implicit = 0, neighbours, moves }: Story): Promise<string[]> {
  const named = operations.map(({ hooks, ...spec }, index): [string, OperationSpec] => [
    `op${index}`,
    neighbours && hooks ? { ...spec, hooks } : spec,
  ]);
  const world = new FleetWorld(
    new Map(hosts.map((host, index) => [`h${index}`, host])),
    new Map(named.slice(implicit)),
    neighbours,
  );
  const rules = new WatchRules(world);
  try {
    for (const [name, spec] of named.slice(0, implicit)) await world.want(name, asWanted(spec));
    for (const name of world.hosts.keys()) await world.check(name);
    for (const move of moves) await play(world, move);
    await bringToAnEnd(world);
    return rules.atTheEnd();
  } finally {
    world.stop();
  }
}

/** Nobody can lift what holds an operation that no document holds. */
function asWanted({ suspend: _suspend, ...spec }: OperationSpec): OperationSpec {
  return { ...spec, rollout: { ...spec.rollout, pauseAfter: undefined } };
}

async function play(world: FleetWorld, [move, pick]: Move): Promise<void> {
  const names = [...world.names];
  const operation = names[pick % names.length]!;
  const hostNames = [...world.hosts.keys()];
  const host = hostNames[pick % hostNames.length]!;
  const machine = world.machines.get(host)!;
  switch (move) {
    case 'look':
      return world.look(names.filter((_, index) => ((pick >> index) & 1) === 1));
    case 'answered':
    case 'lost':
    case 'cut':
    case 'refused':
      return answer(world, pick, move);
    case 'soon':
      return world.clock.advance(pick);
    case 'later':
      return world.clock.advance(pick * 40);
    case 'crash':
      return world.crash();
    case 'stray':
      world.wire.strays.splice(0, 1)[0]?.arrive();
      return;
    case 'outage':
      machine.outage = true;
      return;
    case 'repair':
      return machine.repair();
    case 'check':
      return world.check(host);
    case 'maintain':
      return world.maintain(host, world.inMaintenance(host) ? undefined : { who: 'jo', why: 'disk' });
    case 'remove':
      // Rarely: it ends a story early.
      return pick % 5 === 0 ? remove(world, operation) : undefined;
    case 'suspend':
    case 'cancel':
    case 'retry':
    case 'pause':
      return change(world, operation, move, pick);
  }
}

async function answer(world: FleetWorld, pick: number, fate: CallFate): Promise<void> {
  const { open } = world.wire;
  open[pick % Math.max(open.length, 1)]?.settle(fate);
  await world.settle();
}

async function remove(world: FleetWorld, name: string): Promise<void> {
  if (world.wanted.has(name)) await world.want(name, undefined);
  else world.edit(name, undefined);
}

/** A commit that changes what may be changed of an operation. */
function change(world: FleetWorld, name: string, what: 'suspend' | 'cancel' | 'retry' | 'pause', pick: number): void {
  const spec = world.operations.get(name);
  if (!spec) return;
  if (what === 'suspend') return world.edit(name, { ...spec, suspend: !spec.suspend });
  if (what === 'retry') return world.edit(name, { ...spec, retry: (spec.retry ?? 0) + 1 });
  if (what === 'cancel') return pick % 3 === 0 ? world.edit(name, { ...spec, cancel: true }) : undefined;
  const pauseAfter = pick % 2 === 0 ? undefined : 1 + (pick % 3);
  world.edit(name, { ...spec, rollout: { ...spec.rollout, pauseAfter } });
}

/** Turns without anything new after which an operation is stuck for good: it waits for a person. */
const PATIENCE = 40;

/** Nothing fails any more and nobody holds anything back; what still waits for a person then is cancelled. */
async function bringToAnEnd(world: FleetWorld): Promise<void> {
  for (const name of world.hosts.keys()) {
    world.machines.get(name)!.outage = false;
    if (world.inMaintenance(name)) world.maintain(name, undefined);
  }
  for (const [name, spec] of world.operations) {
    world.edit(name, { ...spec, suspend: false, rollout: { ...spec.rollout, pauseAfter: undefined } });
  }
  let quiet = 0;
  for (let turn = 0; turn < 3000 && ![...world.names].every((name) => world.isOverOrGone(name)); turn += 1) {
    const before = world.live.commits.length;
    for (const name of world.hosts.keys()) await world.check(name);
    const checks = world.live.commits.length - before;
    await world.look(world.names);
    for (const call of [...world.wire.open]) call.settle('answered');
    await world.settle();
    await world.clock.advance(2500);
    quiet = world.live.commits.length - before === checks ? quiet + 1 : 0;
    if (quiet > PATIENCE) {
      for (const [name, spec] of world.operations) world.edit(name, { ...spec, cancel: true });
      for (const name of [...world.wanted.keys()]) await world.want(name, undefined);
      quiet = 0;
    }
  }
}
