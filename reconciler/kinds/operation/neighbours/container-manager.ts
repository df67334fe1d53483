import { keyOf } from '../../../model/resource.ts';
import { notSpokenTo } from '../../container-manager/lacking.ts';
import { succeeded } from '../actions/context.ts';
import type { Neighbour, NeighbourStep } from './neighbour.ts';

const TIMEOUT_MS = 30_000;

/**
 * The container manager of a cluster: a host is cordoned and drained before it is acted on and uncordoned afterwards. The
 * manager `trivial` schedules nothing, so that all of it succeeds at once; the steps are journalled like any others.
 */
export const containerManager: Neighbour = {
  type: 'container-manager',

  declared({ owner, cluster, inventory }) {
    const name = cluster?.containerManager;
    if (name === undefined) return { around: [] };
    const lacking = notSpokenTo(name, inventory.get(keyOf('ContainerManager', name))?.spec);
    if (lacking !== undefined) {
      return { around: [], lacking: [`hosts of ${owner} are not cordoned or drained: ${lacking}`] };
    }
    const neighbour = { type: 'container-manager', name: `container manager ${name} of ${owner}` };
    return { around: [{ ...neighbour, settings: { manager: name, kind: 'trivial' } }] };
  },

  steps({ settings }) {
    const manager = settings.manager as string;
    return {
      before: [{ ...step('cordon', `cordon (${manager})`), takesOut: true }, step('drain', `drain (${manager})`)],
      after: [step('uncordon', `uncordon (${manager})`)],
    };
  },

  async apply({ step: { action } }) {
    const [reason, message] = ANSWERS[action]!;
    return succeeded(reason, `${message}: the manager is trivial`);
  },
};

const ANSWERS: Record<string, readonly [reason: string, message: string]> = {
  cordon: ['Cordoned', 'cordoned'],
  drain: ['Drained', 'drained'],
  uncordon: ['Uncordoned', 'uncordoned'],
};

function step(action: string, summary: string): NeighbourStep {
  return { action, summary, idempotent: true, timeoutMs: TIMEOUT_MS, parameters: {} };
}
