import { Bug } from '../../../model/errors.ts';
import type { Step, StepOutcome } from '../../../model/plan.ts';
import type { KindDeps } from '../../context.ts';
import { resolveTarget } from '../../host/target.ts';
import { neighbourOfType } from '../neighbours/registry.ts';
import { proveDeployedAction, rebootNeededAction } from './ask.ts';
import { checkAction } from './check.ts';
import { connectAction } from './connect.ts';
import { compareAction, confirmAction, convergeAction } from './profile.ts';
import { proveAction } from './prove.ts';
import { rebootAction } from './reboot.ts';
import { runAction } from './run.ts';
import { failed, operationOf, placeOfHost, type ActionContext } from './context.ts';

const ACTIONS: Record<string, (context: ActionContext) => Promise<StepOutcome>> = {
  connect: connectAction,
  checkBefore: checkAction,
  checkAfter: checkAction,
  reboot: rebootAction,
  prove: proveAction,
  run: runAction,
  upgrade: runAction,
  deploy: runAction,
  rollback: runAction,
  rebootNeeded: rebootNeededAction,
  proveDeployed: proveDeployedAction,
  compare: compareAction,
  converge: convergeAction,
  confirm: confirmAction,
};

/**
 * Performs one step of one host. Safe to call again for the same step: what must not happen twice is guarded on the host.
 * A host whose address is another than the one that was begun on is another machine: its boot id proves nothing.
 */
export async function applyOperationStep(step: Step, deps: KindDeps, signal: AbortSignal): Promise<StepOutcome> {
  const name = step.target.slice('Host/'.length);
  const hands = deps.hands.actingFor({ operation: operationOf(step), step: step.id, round: step.round });
  const { neighbourType } = step.parameters;
  if (typeof neighbourType === 'string') {
    // A neighbour is told of a host whether or not it can be reached itself.
    return neighbourOfType(neighbourType).apply({ step, deps: { ...deps, hands }, signal, name });
  }
  const action = ACTIONS[step.action];
  if (!action) throw new Bug(`an operation has no action ${step.action}`);
  const target = resolveTarget(name, deps.inventory(), deps.live);
  const begunAt = step.parameters.address;
  if (typeof begunAt === 'string' && begunAt !== placeOfHost(target)) {
    return failed(
      'HostMoved',
      `${name} was begun on at ${begunAt} and is at ${placeOfHost(target)} now: look at the machine at ${begunAt}; raise spec.retry to act on the new one`,
    );
  }
  return action({ step, deps: { ...deps, hands }, signal, name, target });
}
