import type { JournalRecord } from '../../../reconciler/model/plan.ts';
import { HELPER, type FleetWorld } from './fleet-world.ts';

/** Where a host stands with one neighbour, by what the helper did. */
type Place = 'in' | 'out' | 'perhaps';

/**
 * The rules of taking out and putting back, judged by what the helper has done and not by what is written down: whoever was taken out is put
 * back exactly once or named as left out, nobody is put back who was not taken out, nobody is taken out twice, and no host is
 * acted on that is not out.
 */
export function watchNeighbours(world: FleetWorld): string[] {
  const helper = world.machines.get(HELPER);
  if (!helper) return [];
  const faults: string[] = [];
  const ids = new Map([...world.names].flatMap((name) => [...stepsOn(world, name)]));
  const places = new Map<string, Place>();
  for (const id of helper.acted) {
    const step = ids.get(id);
    if (!step) {
      faults.push(`the helper did ${id}, and no journal says so`);
      continue;
    }
    const [operation, host, entry] = step;
    const key = `${operation} ${host} ${entry.step.parameters.neighbour as string}`;
    const was = places.get(key) ?? 'in';
    const isDone = helper.exitCodes.get(id) === 0;
    if (entry.step.parameters.side === 'takeOut') {
      if (was === 'out') faults.push(`${id}: it was out already`);
      places.set(key, isDone ? 'out' : 'perhaps');
    } else {
      if (was === 'in') faults.push(`${id}: it was not out`);
      if (isDone) places.set(key, 'in');
    }
  }
  for (const name of world.names) faults.push(...namedAsOut(world, name, places));
  return faults;
}

/** Every step of an operation that has a record on the helper, by the id of that record. */
function* stepsOn(world: FleetWorld, name: string): Generator<[string, [string, string, JournalRecord]]> {
  for (const [host, entries] of world.journalOf(name)) {
    for (const entry of entries) {
      const { helper } = entry.step.parameters;
      if (helper !== undefined && !entry.step.idempotent) yield [`${entry.step.id}.${host}`, [name, host, entry]];
    }
  }
}

/** The last verdict of each host names where it is out, and nothing else. */
function* namedAsOut(world: FleetWorld, name: string, places: ReadonlyMap<string, Place>): Generator<string> {
  for (const [host, entries] of world.journalOf(name)) {
    const verdicts = entries.filter(({ step }) => step.verdict).sort((a, b) => b.round - a.round);
    const out = (verdicts[0]?.outcome?.data?.out ?? {}) as Record<string, string>;
    for (const [key, place] of places) {
      const prefix = `${name} ${host} `;
      if (!key.startsWith(prefix)) continue;
      const said = out[key.slice(prefix.length)];
      if (place === 'out' && said === undefined) yield `${key} is out, and nobody says so`;
      if (said === 'yes' && place !== 'out') yield `${key} is said to be out and is ${place}`;
    }
    if (verdicts[0]?.outcome?.result === 'succeeded' && Object.keys(out).length > 0) {
      yield `${name} succeeded on ${host}, which is left out`;
    }
    yield* actedInService(name, host, entries);
  }
}

/** In every round whatever was told before the act had succeeded, or stood, when the act began. */
function* actedInService(name: string, host: string, entries: readonly JournalRecord[]): Generator<string> {
  for (const round of new Set(entries.map((entry) => entry.round))) {
    const mine = entries.filter((entry) => entry.round === round);
    const act = mine.find(({ step }) => ['reboot', 'run', 'upgrade', 'deploy'].includes(step.action));
    const bad = mine.find(({ step, outcome }) => step.parameters.side === 'takeOut' && outcome?.result !== 'succeeded');
    if (act && bad) yield `${name} acted on ${host} although ${bad.step.id} did not succeed`;
  }
}
