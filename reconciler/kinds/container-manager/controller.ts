import type { ContainerManagerSpec } from '../../../schema/generated/types.ts';
import type { Controller } from '../../model/controller.ts';
import type { ConditionClaim } from '../../model/conditions.ts';
import type { Kind } from '../../model/resource.ts';
import type { KindContext, KindDeps } from '../context.ts';
import { declaredController, type DeclaredObserved } from '../declared/controller.ts';
import { notSpokenTo } from './lacking.ts';

/** A container manager. It is spoken to by the operations on the hosts of its clusters; here stands whether it can be. */
export const containerManagerController: Controller<Kind, DeclaredObserved, KindDeps, KindContext> = declaredController(
  'ContainerManager',
  (resource): Omit<ConditionClaim, 'type'> | undefined => {
    const lacking = notSpokenTo(resource.metadata.name, resource.spec as ContainerManagerSpec);
    if (lacking === undefined) return undefined;
    const message = `${lacking}: hosts of its clusters are not cordoned or drained around operations`;
    return { status: 'False', reason: 'ManagerNotSpokenTo', message };
  },
);
