import { isoTime } from '../../model/clock.ts';
import { claimsOf, mergeConditions, type ConditionClaim } from '../../model/conditions.ts';
import type { Assessment, Controller } from '../../model/controller.ts';
import { Bug } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import { EMPTY_PLAN } from '../../model/plan.ts';
import type { ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { nameSome } from '../../rollout/decide.ts';
import { keys } from '../../store/keys.ts';
import type { KindContext, KindDeps } from '../context.ts';
import { revisionsFor } from '../revisions.ts';
import { decideApply } from './decide-apply.ts';
import { observeApply, type ApplyObserved, type Member } from './observe-apply.ts';

interface ClusterObserved {
  key: ResourceKey<'Cluster'>;
  previous: ObjectStatus | undefined;
  /** Members by the word of their status; those in maintenance apart. */
  members: Member[];
  /** What is needed to apply its profile; undefined: it has none, and none of its hosts had. */
  apply?: ApplyObserved;
}

/**
 * A cluster's status is computed from its hosts, as Commissaire did: no hosts → `ok`; one not active → `degraded`; none
 * active → `failed`. Hosts in maintenance are left out. A healthy cluster without a container manager is `ok`.
 */
export const clusterController: Controller<'Cluster', ClusterObserved, KindDeps, KindContext> = {
  kind: 'Cluster',

  async observe(key, resource, deps) {
    const members = deps
      .inventory()
      .dependents(key)
      .filter((dependent) => dependent.startsWith('Host/'))
      .map((host) => {
        const status = deps.live.get(keys.object(host)) as unknown as ObjectStatus | undefined;
        const name = host.slice('Host/'.length);
        return { name, status: status?.status ?? 'investigating', maintenance: status?.detail.maintenance === true };
      });
    return {
      key,
      previous: deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined,
      members,
      apply: resource && observeApply(resource, members, deps),
    };
  },

  plan: () => EMPTY_PLAN,

  assess(resource, observed, _plan, context): Assessment {
    if (!resource) return { status: undefined, record: null, outcome: { result: 'steady' } };
    const counted = observed.members.filter((member) => !member.maintenance);
    const away = counted.filter((member) => member.status !== 'active').map((member) => member.name);
    const pending = counted.some((member) => member.status === 'investigating' || member.status === 'bootstrapping');
    // Hosts that nobody has looked at yet are no proof that the cluster has failed.
    const word = away.length === 0 ? 'ok' : away.length === counted.length && !pending ? 'failed' : 'degraded';
    const claim = readiness(word, pending, away, resource.digest);
    const { revision, nowMs } = context;
    const applied = observed.apply && decideApply({ ...observed.apply, commit: revision.commit, nowMs });
    const held =
      applied?.held && claimsOf(resource.digest)('Stalled', 'True', applied.held.reason, applied.held.message);
    const status: ObjectStatus = {
      key: observed.key,
      cluster: resource.metadata.name,
      status: word,
      conditions: mergeConditions(
        observed.previous?.conditions ?? [],
        [claim, { ...claim, type: 'Healthy' }, ...(held ? [held] : [])],
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
    return {
      status,
      ...(applied && { record: applied.record as unknown as Json, operations: applied.operations }),
      outcome: { result: 'steady', recheckAfterMs: applied?.recheckAfterMs },
    };
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
