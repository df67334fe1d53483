import { isoTime } from '../../model/clock.ts';
import { mergeConditions, type ConditionClaim } from '../../model/conditions.ts';
import type { Controller } from '../../model/controller.ts';
import { Bug, reasonOfCode } from '../../model/errors.ts';
import { EMPTY_PLAN } from '../../model/plan.ts';
import type { ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { keys } from '../../store/keys.ts';
import type { RevisionRecord } from '../../store/records.ts';
import type { KindContext, KindDeps } from '../context.ts';
import { MOST_HOSTS_UNKNOWN, MOST_HOSTS_UNKNOWN_MESSAGE } from '../host/sight.ts';
import { revisionsFor } from '../revisions.ts';
import type { Trouble } from './troubles.ts';

/** What a Fleet's status is made from. */
export interface FleetObserved {
  key: ResourceKey<'Fleet'>;
  previous: ObjectStatus | undefined;
  /** Why the tip of the config branch is not accepted. */
  refused?: { code: string; message: string };
  /** Why the config repository cannot be read. */
  source?: Trouble;
  /** Why the status branch cannot be pushed. */
  push?: Trouble;
  mostHostsUnknown: boolean;
}

/** The fleet as a whole: whether the daemon can read the configuration, write the status, and see the hosts. */
export const fleetController: Controller<'Fleet', FleetObserved, KindDeps, KindContext> = {
  kind: 'Fleet',

  async observe(key, _resource, deps) {
    const revision = deps.live.get(keys.revision) as unknown as RevisionRecord | undefined;
    return {
      key,
      previous: deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined,
      refused: revision?.refused,
      source: deps.troubles.get('source'),
      push: deps.troubles.get('status'),
      mostHostsUnknown: deps.sight.vanish !== undefined,
    };
  },

  plan: () => EMPTY_PLAN,

  assess(resource, observed, _plan, context) {
    if (!resource) return { status: undefined, outcome: { result: 'steady' } };
    const { key, previous } = observed;
    const status: ObjectStatus = {
      key,
      status: 'accepted',
      conditions: mergeConditions(
        previous?.conditions ?? [],
        fleetClaims(observed, resource.digest),
        isoTime(context.nowMs),
      ),
      ...revisionsFor(key, resource.digest, previous, context, true),
      detail: {},
    };
    return { status, outcome: { result: 'steady' } };
  },

  apply() {
    throw new Bug('a Fleet has no steps');
  },
};

function fleetClaims(observed: FleetObserved, digest: string): ConditionClaim[] {
  const { refused, source, push, mostHostsUnknown } = observed;
  const faults: { reason: string; message: string }[] = [];
  if (source) faults.push({ reason: 'SourceFailed', message: explain('the configuration cannot be read', source) });
  if (refused) faults.push({ reason: 'RevisionRefused', message: explain('the tip is refused', refused) });
  if (push) faults.push({ reason: 'StatusPushFailed', message: explain('the status cannot be pushed', push) });
  if (mostHostsUnknown) faults.push({ reason: MOST_HOSTS_UNKNOWN, message: MOST_HOSTS_UNKNOWN_MESSAGE });
  const [worst] = faults;
  if (!worst) {
    return [{ type: 'Ready', status: 'True', reason: 'Accepted', message: 'accepted', observedGeneration: digest }];
  }
  const message = faults.map((fault) => fault.message).join('; ');
  return [{ type: 'Ready', status: 'False', reason: worst.reason, message, observedGeneration: digest }];
}

function explain(what: string, { code, message }: Trouble): string {
  return `${what} (${reasonOfCode(code)}): ${message}`;
}
