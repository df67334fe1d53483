import type { OperationSpec } from '../../../../schema/generated/types.ts';
import { Bug } from '../../../model/errors.ts';
import { keyOf, type Inventory } from '../../../model/resource.ts';
import { commandHook } from './command-hook.ts';
import { containerManager } from './container-manager.ts';
import type { DeclaredNeighbour, Declaration, FrozenNeighbour, Neighbour } from './neighbour.ts';

/** Every kind of neighbour that this build knows, a line each. Of one owner, those that come first are told first. */
export const NEIGHBOURS: readonly Neighbour[] = [containerManager, commandHook];

/** The neighbours of an operation's hosts, and what is declared and not done by this build: a sentence each. */
export interface NeighboursFound {
  around: FrozenNeighbour[];
  lacking: string[];
}

/** The kind of neighbour with this word. */
export function neighbourOfType(type: string): Neighbour {
  const found = NEIGHBOURS.find((neighbour) => neighbour.type === type);
  if (!found) throw new Bug(`this build knows no neighbour of type ${type}; a newer one has begun the operation`);
  return found;
}

/** What the repository declares around these hosts: their clusters' in order of name, then the operation's own. Pure. */
export function findNeighbours(
  spec: OperationSpec | undefined,
  hosts: readonly string[],
  clusters: readonly string[],
  inventory: Inventory,
): NeighboursFound {
  const found: NeighboursFound = { around: [], lacking: [] };
  for (const name of clusters) {
    const cluster = inventory.get(keyOf('Cluster', name))?.spec;
    if (!cluster) continue;
    const { around, lacking } = declaredBy({ owner: `cluster ${name}`, cluster, inventory });
    found.lacking.push(...lacking);
    if (around.length === 0) continue;
    const members = hosts.filter((host) => inventory.get(keyOf('Host', host))?.spec.cluster === name);
    const some = members.length < hosts.length ? { hosts: members } : {};
    if (members.length > 0) found.around.push(...around.map((neighbour) => ({ ...neighbour, ...some })));
  }
  if (spec) {
    const { around, lacking } = declaredBy({ owner: 'the operation', operation: spec, inventory });
    found.around.push(...around);
    found.lacking.push(...lacking);
  }
  return { lacking: found.lacking, around: withUniqueNames(found.around) };
}

function declaredBy(declaration: Declaration): { around: DeclaredNeighbour[]; lacking: string[] } {
  const all = NEIGHBOURS.map((kind) => kind.declared(declaration));
  return { around: all.flatMap(({ around }) => around), lacking: all.flatMap(({ lacking = [] }) => lacking) };
}

/** Outcomes name neighbours: a name that is used again gets a number. */
function withUniqueNames(neighbours: readonly FrozenNeighbour[]): FrozenNeighbour[] {
  const times = new Map<string, number>();
  return neighbours.map((neighbour) => {
    const time = (times.get(neighbour.name) ?? 0) + 1;
    times.set(neighbour.name, time);
    return time === 1 ? neighbour : { ...neighbour, name: `${neighbour.name} (${time})` };
  });
}
