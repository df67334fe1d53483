import type { OperationSpec, Rollout } from '../../../schema/generated/types.ts';
import type { StepSighting } from '../../hosts/step-sighting.ts';
import { Bug } from '../../model/errors.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { JournalRecord, Step, StepOutcome } from '../../model/plan.ts';
import type { ObjectStatus } from '../../model/status.ts';
import { nameSome } from '../../rollout/decide.ts';
import { holdAdopted } from './adopted.ts';
import type { FrozenNeighbour } from './neighbours/neighbour.ts';
import { dataOf, standingIn } from './neighbours/standing.ts';
import { nextHostStep, verdictStep, type Bound } from './pipeline.ts';
import { isTerminal, PHASES, type FrozenOperation, type OperationRecord, type Phase } from './record.ts';
import { boundDigest, freezeRollout } from './spec.ts';

/** What is left of an operation once the store is lost. */
export interface Remains {
  name: string;
  /** Its file in the status branch; undefined = it was never told of there. */
  status: ObjectStatus | undefined;
  /** Its document, as it was when it began where that can be read; undefined = it has left the repository. */
  spec: OperationSpec | undefined;
  /** Its document now. */
  wished: OperationSpec | undefined;
  /** Hosts that `spec` selects, their clusters, the rollout settings in effect, and the hosts that percentages are taken of. */
  selection: {
    hosts: readonly string[];
    clusters: readonly string[];
    rollout: Rollout;
    scope: number;
    /** Who is told around the act. */
    neighbours?: readonly FrozenNeighbour[];
  };
  /** Commit that the selection was read from. */
  commit: string;
  /** What hosts say of the act of its last round; undefined = the host could not be asked. */
  sightings: ReadonlyMap<string, StepSighting | undefined>;
  /** What helper hosts say of having taken hosts out, by host and id of the step; undefined = the helper could not be asked. */
  takeOuts?: ReadonlyMap<string, ReadonlyMap<string, StepSighting | undefined>>;
}

export interface Rebuilt {
  record: OperationRecord;
  journal: { host: string; entry: JournalRecord }[];
}

/**
 * The record and journal of an operation, made from what is left. One that has ended keeps its end and its outcomes, so that
 * it never runs again; one that has not is held until a commit lets it go on, and each host on which its act was begun has
 * that act open, to be re-attached to. Pure. `at` is ISO time.
 */
export function rebuildOperation(remains: Remains, at: string): Rebuilt {
  const phase = PHASES.find((word) => word === remains.status?.status) ?? 'Pending';
  return isTerminal(phase) ? finished(remains, phase, at) : unfinished(remains, at);
}

/**
 * The steps whose records on hosts say what the operation has done about a host: those that took it out, whose records lie on
 * helpers, and last its act (the reboot or the script), whose record lies on the host itself.
 */
export function recordedSteps(
  name: string,
  frozen: Bound,
  host: string,
  round: number,
): { act: Step; takeOuts: Step[] } {
  const steps = stepsUpToAct(name, frozen, host, round, null, '').map(({ step }) => step);
  const act = steps.pop()!;
  return { act, takeOuts: steps.filter(({ idempotent }) => !idempotent) };
}

/** Round that the status tells of; before anything was told, the one that the document begins with. */
export function roundOf(status: ObjectStatus | undefined, spec: OperationSpec | undefined): number {
  const told = status?.detail.round;
  return typeof told === 'number' && status?.detail.beganAt !== undefined ? told : (spec?.retry ?? 0);
}

function finished({ name, status, spec, wished, selection, commit }: Remains, phase: Phase, at: string): Rebuilt {
  const outcomes = outcomesIn(status);
  const round = roundOf(status, spec);
  const detail = status!.detail;
  const finishedAt = textIn(detail, 'finishedAt') ?? at;
  const base = { format: 1, name, heldSince: { commit, sequence: 0 }, phase, round, finishedAt };
  const beganAt = textIn(detail, 'beganAt');
  if (beganAt === undefined) return { record: { ...base, batches: [] }, journal: [] };
  const whole = selection.hosts.length === totalIn(detail);
  const hosts = [...new Set([...outcomes.keys(), ...(whole ? selection.hosts : [])])].sort();
  const known = spec ?? ({ type: detail.type === 'run' ? 'run' : 'restart', target: { hosts } } as OperationSpec);
  const { rollout, batches } = freezeRollout(selection.rollout, hosts, selection.scope);
  const digest = boundDigest(known);
  const clusters = clustersIn(detail) ?? [...selection.clusters];
  const { neighbours } = aroundOf(selection);
  const frozen: FrozenOperation = {
    spec: known,
    digest,
    commit,
    hosts,
    clusters,
    rollout,
    ...(spec && neighbours ? { neighbours } : {}),
  };
  const again = (wished?.retry ?? 0) > round ? { adopted: holdAdopted(wished, at) } : {};
  const record = { ...base, batches, beganAt, frozen, ...again };
  return { record, journal: verdicts(name, frozen, round, outcomes, finishedAt) };
}

function unfinished(remains: Remains, at: string): Rebuilt {
  const { name, status, spec, wished, selection, commit, sightings, takeOuts } = remains;
  const round = roundOf(status, spec);
  const beganAt = textIn(status?.detail ?? {}, 'beganAt');
  const wasTakenOut = (host: string): boolean => [...(takeOuts?.get(host)?.values() ?? [])].some(wasBegun);
  const touched = [...sightings].filter(([host, seen]) => wasBegun(seen) || wasTakenOut(host));
  const base = { format: 1, name, heldSince: { commit, sequence: 0 }, round };
  if (!spec || (beganAt === undefined && touched.length === 0)) {
    const adopted = holdAdopted(wished, at, noteOf(remains, false));
    const approval = approvalIn(status?.detail ?? {});
    return { record: { ...base, phase: 'Suspended', batches: [], adopted, ...approval }, journal: [] };
  }
  const { rollout, batches } = freezeRollout(selection.rollout, selection.hosts, selection.scope);
  const hosts = [...selection.hosts];
  const digest = boundDigest(spec);
  const clusters = [...selection.clusters];
  const frozen: FrozenOperation = { spec, digest, commit, hosts, clusters, rollout, ...aroundOf(selection) };
  const outcomes = outcomesIn(status);
  const journal = verdicts(name, frozen, round, outcomes, at);
  for (const [host, seen] of touched) {
    if (outcomes.has(host)) continue;
    const entries = wasBegun(seen)
      ? stepsUpToAct(name, frozen, host, round, bootBefore(seen!), at)
      : takenOut(stepsUpToAct(name, frozen, host, round, null, at), takeOuts!.get(host)!);
    for (const entry of entries) journal.push({ host, entry });
  }
  const adopted = holdAdopted(wished, at, noteOf(remains, true));
  const record: OperationRecord = { ...base, phase: 'Suspended', batches, beganAt: beganAt ?? at, frozen, adopted };
  return { record, journal };
}

/**
 * Journal of a host that was taken out and on which the act was not begun: what took it out last is open, to be re-attached
 * to, and the host is looked at anew before anything else is done.
 */
function takenOut(
  entries: readonly JournalRecord[],
  seen: ReadonlyMap<string, StepSighting | undefined>,
): JournalRecord[] {
  const last = entries.findLastIndex(({ step }) => wasBegun(seen.get(step.id)));
  const told = entries.slice(0, last + 1).filter(({ step }) => step.disruptive);
  const { outcome: _outcome, ...open } = told.pop()!;
  return [...told, open];
}

function aroundOf({ neighbours }: Remains['selection']): Pick<FrozenOperation, 'neighbours'> {
  return neighbours && neighbours.length > 0 ? { neighbours: [...neighbours] } : {};
}

/** Hosts that may be out, and nobody can tell: they have no outcome, and the helper was not reached. */
function perhapsOut({ status, takeOuts, sightings }: Remains): string[] {
  const outcomes = outcomesIn(status);
  return [...(takeOuts ?? [])].flatMap(([host, seen]) => {
    const unknown = [...seen.values()].includes(undefined) && ![...seen.values()].some(wasBegun);
    return unknown && !wasBegun(sightings.get(host)) && !outcomes.has(host) ? [host] : [];
  });
}

function noteOf(remains: Remains, begun: boolean): string | undefined {
  const { status, selection, sightings } = remains;
  const silent = [...sightings].filter(([, seen]) => seen === undefined).map(([host]) => host);
  const told = totalIn(status?.detail ?? {});
  const notes: string[] = [];
  if (silent.length > 0) notes.push(`could not be asked what was done on them: ${nameSome(silent.sort())}`);
  const out = perhapsOut(remains);
  if (out.length > 0) {
    const whom = nameSome([...new Set((selection.neighbours ?? []).map((neighbour) => neighbour.name))]);
    notes.push(
      `it could not be found out whether these are still taken out (${whom}): ${nameSome(out.sort())}; look there`,
    );
  }
  if (begun && told !== undefined && told !== selection.hosts.length)
    notes.push(`it began on ${told} hosts and its target now selects ${selection.hosts.length}`);
  return notes.length > 0 ? notes.join('; ') : undefined;
}

/** True where the host holds a record of the act, whatever came of it. */
function wasBegun(seen: StepSighting | undefined): boolean {
  return seen !== undefined && ['running', 'done', 'interrupted', 'foreign'].includes(seen.state);
}

/** The boot that the act was begun under, as the host recorded it. */
function bootBefore(seen: StepSighting): string | null {
  if ('startedBoot' in seen && seen.startedBoot !== '') return seen.startedBoot;
  return 'bootId' in seen ? seen.bootId : null;
}

/** What a look must have found for the act to have been begun after it. */
function adoptedData({ action }: Step, bootId: string | null): Record<string, Json> {
  if (action === 'connect') return { bootId, adopted: true };
  return action === 'compare' ? { differs: true } : {};
}

/** Journal of a host up to its act, which is open. */
function stepsUpToAct(
  name: string,
  frozen: Bound,
  host: string,
  round: number,
  bootId: string | null,
  at: string,
): JournalRecord[] {
  const entries: JournalRecord[] = [];
  for (;;) {
    const step = nextHostStep(name, frozen, host, round, entries)!;
    const entry: JournalRecord = { format: 1, round, step, startedAt: at };
    if (!step.idempotent && step.parameters.neighbour === undefined) return [...entries, entry];
    if (step.verdict) throw new Bug(`an operation of type ${frozen.spec.type} has no act that leaves a record`);
    const data = adoptedData(step, bootId);
    const message = 'found to be done when the store was rebuilt';
    entries.push({ ...entry, outcome: { result: 'succeeded', reason: 'Adopted', message, data, at } });
  }
}

function verdicts(
  name: string,
  frozen: FrozenOperation,
  round: number,
  outcomes: ReadonlyMap<string, StepOutcome>,
  at: string,
): Rebuilt['journal'] {
  return [...outcomes].map(([host, outcome]) => {
    const step = verdictStep(name, frozen, host, round, outcome);
    return { host, entry: { format: 1, round, step, startedAt: at, outcome: { ...outcome, at } } };
  });
}

const RESULTS: readonly StepOutcome['result'][] = ['succeeded', 'failed', 'skipped', 'unknown'];

/** Outcomes by host as the status tells them. */
function outcomesIn(status: ObjectStatus | undefined): Map<string, StepOutcome> {
  const found = new Map<string, StepOutcome>();
  const told = status?.detail.outcomes;
  if (told === null || typeof told !== 'object' || Array.isArray(told)) return found;
  for (const [host, value] of Object.entries(told)) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) continue;
    const result = RESULTS.find((word) => word === value.result);
    if (result === undefined) continue;
    const data: Record<string, Json> = {
      ...(typeof value.exitCode === 'number' ? { exitCode: value.exitCode } : {}),
      ...dataOf(standingIn(value)),
    };
    const message = textIn(value, 'message') ?? 'done';
    found.set(host, { result, reason: textIn(value, 'reason') ?? 'Done', message, data });
  }
  return found;
}

function textIn(detail: JsonObject, field: string): string | undefined {
  const value = detail[field];
  return typeof value === 'string' ? value : undefined;
}

/** Who approved it, as the status tells; that it still holds is looked up in the history where that can be read. */
function approvalIn({ approval }: JsonObject): Pick<OperationRecord, 'approval'> {
  if (approval === null || typeof approval !== 'object' || Array.isArray(approval)) return {};
  const { change } = approval;
  if (change === null || typeof change !== 'object' || Array.isArray(change)) return {};
  const [digest, commit, who] = ['digest', 'commit', 'who'].map((field) => textIn(approval, field));
  const [changedIn, changedBy] = ['commit', 'who'].map((field) => textIn(change, field));
  if (!digest || !commit || !who || !changedIn || !changedBy) return {};
  const given = { digest, commit, who, change: { commit: changedIn, who: changedBy }, at: '' };
  return { approval: { shown: [], given } };
}

function totalIn({ hosts }: JsonObject): number | undefined {
  if (hosts === null || typeof hosts !== 'object' || Array.isArray(hosts)) return undefined;
  return typeof hosts.total === 'number' ? hosts.total : undefined;
}

function clustersIn({ clusters }: JsonObject): string[] | undefined {
  return Array.isArray(clusters) ? clusters.filter((name) => typeof name === 'string') : undefined;
}
