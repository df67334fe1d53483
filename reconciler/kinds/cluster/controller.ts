import { isoTime } from '../../model/clock.ts';
import { mergeConditions, type ConditionClaim } from '../../model/conditions.ts';
import type { Assessment, Controller } from '../../model/controller.ts';
import { Bug } from '../../model/errors.ts';
import { EMPTY_PLAN } from '../../model/plan.ts';
import type { ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { nameSome } from '../../rollout/decide.ts';
import { keys } from '../../store/keys.ts';
import type { KindContext, KindDeps } from '../context.ts';
import { revisionsFor } from '../revisions.ts';

interface ClusterObserved {
  key: ResourceKey<'Cluster'>;
  previous: ObjectStatus | undefined;
  /** Members by the word of their status; those in maintenance apart. */
  members: { name: string; status: string; maintenance: boolean }[];
}

/**
 * A cluster's status is computed from its hosts, as Commissaire did: no hosts → `ok`; one not active → `degraded`; none
 * active → `failed`. Hosts in maintenance are left out. A healthy cluster without a container manager is `ok`.
 */
export const clusterController: Controller<'Cluster', ClusterObserved, KindDeps, KindContext> = {
  kind: 'Cluster',

  async observe(key, _resource, deps) {
    const members = deps
      .inventory()
      .dependents(key)
      .filter((dependent) => dependent.startsWith('Host/'))
      .map((host) => {
        const status = deps.live.get(keys.object(host)) as unknown as ObjectStatus | undefined;
        const name = host.slice('Host/'.length);
        return { name, status: status?.status ?? 'investigating', maintenance: status?.detail.maintenance === true };
      });
    return { key, previous: deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined, members };
  },

  plan: () => EMPTY_PLAN,

  assess(resource, observed, _plan, context): Assessment {
    if (!resource) return { status: undefined, outcome: { result: 'steady' } };
    const counted = observed.members.filter((member) => !member.maintenance);
    const away = counted.filter((member) => member.status !== 'active').map((member) => member.name);
    const pending = counted.some((member) => member.status === 'investigating');
    // Hosts that nobody has looked at yet are no proof that the cluster has failed.
    const word = away.length === 0 ? 'ok' : away.length === counted.length && !pending ? 'failed' : 'degraded';
    const claim = readiness(word, pending, away, resource.digest);
    const status: ObjectStatus = {
      key: observed.key,
      cluster: resource.metadata.name,
      status: word,
      conditions: mergeConditions(
        observed.previous?.conditions ?? [],
        [claim, { ...claim, type: 'Healthy' }],
        isoTime(context.nowMs),
      ),
      ...revisionsFor(observed.key, resource.digest, observed.previous, context, true),
      detail: {
        hosts: {
          total: observed.members.length,
          available: counted.length - away.length,
          unavailable: away.length,
          maintenance: observed.members.length - counted.length,
        },
      },
    };
    return { status, outcome: { result: 'steady' } };
  },

  apply() {
    throw new Bug('a Cluster has no steps');
  },
};

function readiness(word: string, pending: boolean, away: string[], digest: string): ConditionClaim {
  const base = { type: 'Ready' as const, observedGeneration: digest };
  if (word === 'ok') return { ...base, status: 'True', reason: 'HostsActive', message: 'every host is active' };
  const message = `not active: ${nameSome([...away].sort())}`;
  return pending
    ? { ...base, status: 'Unknown', reason: 'Investigating', message }
    : { ...base, status: 'False', reason: word === 'failed' ? 'NoHostActive' : 'HostsUnavailable', message };
}
