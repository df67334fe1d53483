import type { Kind } from '../model/resource.ts';
import { clusterController } from './cluster/controller.ts';
import { containerManagerController } from './container-manager/controller.ts';
import type { AnyController } from './context.ts';
import { declaredController } from './declared/controller.ts';
import { fleetController } from './fleet/controller.ts';
import { hostController } from './host/controller.ts';
import { operationController } from './operation/controller.ts';
import { operationScheduleController } from './operation-schedule/controller.ts';

/** Every kind that this build reconciles: one line each. */
const BUILT_IN = [
  clusterController,
  containerManagerController,
  fleetController,
  hostController,
  declaredController('HostProfile'),
  declaredController('Network'),
  operationController,
  operationScheduleController,
];

/** Controllers by kind; `more` are those that outside packages bring. */
export function controllerRegistry(more: readonly AnyController[] = []): ReadonlyMap<Kind, AnyController> {
  return new Map(
    [...(BUILT_IN as unknown as AnyController[]), ...more].map((controller) => [controller.kind, controller]),
  );
}
