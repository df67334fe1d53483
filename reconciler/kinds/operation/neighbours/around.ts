import type { JsonObject } from '../../../model/json.ts';
import type { Action } from '../actions-of.ts';
import type { FrozenNeighbour, NeighbourStep, TakeOutStep } from './neighbour.ts';
import { neighbourOfType } from './registry.ts';

/** What is done around one host. `host` undefined: around any of them. */
export interface Around {
  takeOut: Action[];
  putBack: Action[];
}

/** The steps of the neighbours of a host: taken out in order, put back in reverse. Pure. */
export function around(neighbours: readonly FrozenNeighbour[], host: string | undefined): Around {
  const mine = neighbours.filter(({ hosts }) => host === undefined || !hosts || hosts.includes(host));
  const steps = mine.map((neighbour) => ({ neighbour, ...neighbourOfType(neighbour.type).steps(neighbour) }));
  return {
    takeOut: steps.flatMap(({ neighbour, before }) =>
      before.map((step) => actionOf(neighbour, step, { side: 'takeOut', ...(step.takesOut && { takesOut: true }) })),
    ),
    putBack: steps
      .reverse()
      .flatMap(({ neighbour, after }) =>
        after.map((step, index) =>
          actionOf(neighbour, step, { side: 'putBack', ...(index === after.length - 1 && { putsBack: true }) }),
        ),
      ),
  };
}

function actionOf(
  { type, name }: FrozenNeighbour,
  { action, summary, idempotent, timeoutMs, parameters, guarded }: NeighbourStep | TakeOutStep,
  marks: JsonObject,
): Action {
  return {
    action,
    summary,
    idempotent,
    // From the first step that takes it out a host is not in service, and what was begun is brought to its end.
    disruptive: marks.takesOut === true,
    timeoutMs,
    parameters: { ...parameters, ...marks, neighbour: name, neighbourType: type },
    ...(guarded && { guarded }),
  };
}
