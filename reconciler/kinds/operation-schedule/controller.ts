import { isoTime } from '../../model/clock.ts';
import { claimsOf, mergeConditions } from '../../model/conditions.ts';
import type { Assessment, Controller } from '../../model/controller.ts';
import { Bug } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import { EMPTY_PLAN } from '../../model/plan.ts';
import { keyOf, type ResourceKey } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import type { OperationScheduleSpec } from '../../../schema/generated/types.ts';
import { resolveSelection } from '../../source/inventory/select.ts';
import { keys } from '../../store/keys.ts';
import type { KindContext, KindDeps } from '../context.ts';
import { asHostRecord } from '../host/record.ts';
import { needsApproval } from '../operation/approval.ts';
import { clustersOf } from '../operation/clusters-of.ts';
import { asOperationRecord, isTerminal } from '../operation/record.ts';
import { specsOf } from '../operation/windows.ts';
import { revisionsFor } from '../revisions.ts';
import { decideSchedule, type ScheduleDecision, type ScheduleObserved } from './decide.ts';
import { nextStart } from './due.ts';
import { asScheduleRecord, type ScheduleRecord } from './record.ts';

interface Observed extends ScheduleObserved {
  key: ResourceKey<'OperationSchedule'>;
  previous: ObjectStatus | undefined;
  /** Operations that it has started and that have not begun. */
  unbegun: readonly string[];
}

/** How often at most the clock and the hosts are looked at, in milliseconds. */
const LOOK_MS = 10_000;

/**
 * A schedule wants an operation when its time has come, or when hosts need it. From there on it is an operation like any
 * other. One that has gone takes with it what it has started and what has not begun.
 */
export const operationScheduleController: Controller<'OperationSchedule', Observed, KindDeps, KindContext> = {
  kind: 'OperationSchedule',

  async observe(key, resource, deps) {
    const record = asScheduleRecord(deps.live.get(keys.record(key)));
    const operations = (record?.made ?? []).map(({ name }) => ({
      name,
      record: asOperationRecord(deps.live.get(keys.record(keyOf('Operation', name)))),
    }));
    const unfinished = operations.filter((each) => !each.record || !isTerminal(each.record.phase));
    return {
      key,
      previous: deps.live.get(keys.object(key)) as unknown as ObjectStatus | undefined,
      record,
      unfinished: unfinished.map(({ name }) => name),
      unbegun: unfinished.filter((each) => !each.record?.frozen).map(({ name }) => name),
      needy: resource?.spec.when.trigger === undefined ? new Map<string, string>() : needyHosts(resource.spec, deps),
      taken: takenNames(`${key.slice('OperationSchedule/'.length)}-`, deps),
      blocked: resource && blockedBy(resource.spec, deps),
    };
  },

  plan: () => EMPTY_PLAN,

  assess(resource, observed, _plan, context): Assessment {
    if (!resource) {
      const operations = observed.unbegun.map((name) => ({ name, spec: undefined }));
      return { status: undefined, record: null, operations, outcome: { result: 'steady' } };
    }
    const { spec, metadata } = resource;
    const decision = decideSchedule(metadata.name, spec, observed, context.nowMs);
    const next = nextStart(spec, context.nowMs);
    const message = messageOf(spec, observed, decision.record, next);
    const stopped = !spec.suspend && observed.blocked !== undefined;
    const reason = spec.suspend ? 'Suspended' : stopped ? 'Blocked' : 'Scheduled';
    const ready = claimsOf(resource.digest)('Ready', stopped ? 'False' : 'True', reason, message);
    const [last] = decision.record.made;
    const status: ObjectStatus = {
      key: observed.key,
      status: spec.suspend ? 'suspended' : 'scheduled',
      conditions: mergeConditions(observed.previous?.conditions ?? [], [ready], isoTime(context.nowMs)),
      ...revisionsFor(observed.key, resource.digest, observed.previous, context, true),
      detail: {
        ...(next === undefined || spec.suspend ? {} : { next: isoTime(next) }),
        ...(last ? { last: last.name } : {}),
        ...(decision.record.skipped ? { skipped: { ...decision.record.skipped } } : {}),
      },
    };
    return {
      status,
      record: decision.record as unknown as Json,
      operations: operationsOf(decision),
      outcome: { result: 'steady', recheckAfterMs: Math.min(LOOK_MS, (next ?? Infinity) - context.nowMs) },
    };
  },

  apply() {
    throw new Bug('an OperationSchedule has no steps');
  },
};

function operationsOf({ start, forget }: ScheduleDecision): { name: string; spec: Json | undefined }[] {
  return [
    ...(start ? [{ name: start.name, spec: start.spec as unknown as Json }] : []),
    ...forget.map((name) => ({ name, spec: undefined })),
  ];
}

function messageOf(
  spec: OperationScheduleSpec,
  { blocked }: Observed,
  { made, skipped }: ScheduleRecord,
  next: number | undefined,
): string {
  const last = made[0] ? `; last ${made[0].name}` : '';
  const missed = skipped ? `; not at ${skipped.at}: ${skipped.why}` : '';
  if (spec.suspend) return `suspended in the repository${last}`;
  if (blocked !== undefined) return `starts nothing: ${blocked}${last}`;
  const when = spec.when.trigger === undefined ? `next at ${isoTime(next!)}` : 'when hosts need a reboot';
  return `${when}${last}${missed}`;
}

/** Names with this beginning that operations of the repository or of live state have or had: a name runs once. */
function takenNames(start: string, deps: KindDeps): Set<string> {
  const names = new Set<string>();
  for (const key of deps.inventory().keys('Operation')) names.add(key.slice('Operation/'.length));
  for (const [key] of deps.live.list(keys.record(keyOf('Operation', start)))) {
    names.add(key.slice(keys.record(keyOf('Operation', '')).length));
  }
  return names;
}

/** A cluster that wants approvals gets nothing that nobody can approve: what a schedule starts stands in no document. */
function blockedBy({ operation }: OperationScheduleSpec, deps: KindDeps): string | undefined {
  const inventory = deps.inventory();
  const clusters = clustersOf(resolveSelection(operation.target, inventory), inventory);
  if (!needsApproval(operation, specsOf(clusters, inventory).values())) return deps.clockDoubt();
  return 'an approval is required, which only an Operation in a document can have';
}

/** Hosts of the target whose facts say that they need a reboot. */
function needyHosts(spec: OperationScheduleSpec, deps: KindDeps): Map<string, string> {
  const needy = new Map<string, string>();
  for (const host of resolveSelection(spec.operation.target, deps.inventory())) {
    const facts = asHostRecord(deps.live.get(keys.record(keyOf('Host', host))))?.facts;
    if (facts?.rebootRequired) needy.set(host, facts.bootId);
  }
  return needy;
}
