import type { Resource, ResourceKey } from '../../model/resource.ts';
import { splitKey } from '../../model/resource.ts';
import type { Pace, Turns } from '../../model/turns.ts';
import { referenceKey, resourceReferences } from './resource-references.ts';

/** An operation that waits for itself. */
export interface OperationCycle {
  key: ResourceKey;
  /** The whole way round, beginning and ending with the operation's own name. */
  names: string[];
  /** JSON pointer of the entry that leads on. */
  pointer: string;
}

type Resources = ReadonlyMap<ResourceKey, Resource>;

interface Edge {
  to: ResourceKey;
  pointer: string;
}

/** One operation of the way that is being walked; `edges[next - 1]` is the one that leads on. */
interface Stop {
  key: ResourceKey;
  edges: Edge[];
  next: number;
}

/**
 * The operations whose dependencies lead back to themselves, each once; linear, and with a stack of its own, since a hostile
 * repository could make a chain of any length. The order of `resources` does not matter.
 */
export function* operationCycles(resources: Resources, pace: Pace): Turns<OperationCycle[]> {
  const found = new Map<ResourceKey, OperationCycle>();
  const done = new Set<ResourceKey>();
  const starts = [...resources.keys()].filter((key) => key.startsWith('Operation/')).sort();
  for (const start of starts) {
    if (done.has(start)) continue;
    const trail: Stop[] = [];
    const places = new Map<ResourceKey, number>();
    const enter = (key: ResourceKey): void => {
      places.set(key, trail.length);
      trail.push({ key, edges: edgesOf(key, resources), next: 0 });
    };
    enter(start);
    for (let top = trail.at(-1); top; top = trail.at(-1)) {
      if (pace.isOver()) yield;
      const edge = top.edges[top.next];
      top.next += 1;
      if (!edge) {
        done.add(top.key);
        places.delete(top.key);
        trail.pop();
      } else if (places.has(edge.to)) {
        noteCycle(trail.slice(places.get(edge.to)), found);
      } else if (!done.has(edge.to)) {
        enter(edge.to);
      }
    }
  }
  return [...found.values()];
}

function edgesOf(key: ResourceKey, resources: Resources): Edge[] {
  return resourceReferences(resources.get(key)!)
    .map((reference) => ({ to: referenceKey(reference), pointer: reference.pointer }))
    .filter(({ to }) => to.startsWith('Operation/') && resources.has(to));
}

function noteCycle(cycle: readonly Stop[], found: Map<ResourceKey, OperationCycle>): void {
  // Told once, from every operation in it; one that is in several is told of the first.
  cycle.forEach(({ key, edges, next }, index) => {
    if (found.has(key)) return;
    const round = [...cycle.slice(index), ...cycle.slice(0, index), cycle[index]!];
    found.set(key, { key, names: round.map((each) => splitKey(each.key).name), pointer: edges[next - 1]!.pointer });
  });
}
