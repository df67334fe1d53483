import type { Json, JsonObject } from '../../model/json.ts';
import type { JournalRecord, Step, StepOutcome } from '../../model/plan.ts';
import { keyOf } from '../../model/resource.ts';
import { actionsFor, type Action, type ActionPhase, type Found } from './actions-of.ts';
import { NOTHING_STANDS, outAfter, type Standing } from './neighbours/standing.ts';
import type { FrozenOperation } from './record.ts';
import { isBad, isPutBack, verdictOf, wentBack, withOut } from './verdict.ts';

/** What a host is bound to: spec and neighbours as Begin froze them. */
export type Bound = Pick<FrozenOperation, 'spec' | 'digest' | 'neighbours'>;

/**
 * The next step of one host: a pure function of what its journal of this round says. An open intent is the same step once
 * more (it re-attaches). After the last action it is the verdict; after the first that did not succeed it is the way back, where there
 * is one, then the undoing of what neighbours were told where the host may be put back, and then the verdict.
 *
 * @param entries the host's journal of this round.
 * @param stop what ends the host before it is touched (cancelled, in maintenance, removed); ignored once it was touched.
 * @param standing what earlier rounds left behind on the host.
 */
export function nextHostStep(
  operation: string,
  frozen: Bound,
  host: string,
  round: number,
  entries: readonly JournalRecord[],
  stop?: StepOutcome,
  standing: Standing = NOTHING_STANDS,
): Step | undefined {
  if (entries.some((entry) => entry.step.verdict)) return undefined;
  const done = [...entries].sort((a, b) => a.step.ordinal - b.step.ordinal);
  const open = done.find((entry) => !entry.outcome);
  if (open) return open.step;

  const actions = actionsFor(frozen.spec, frozen.neighbours, host);
  // What takes it out touches it: a host in hand is brought to its end, and put back.
  const touched = done.some(({ step }) => !step.idempotent || step.disruptive);
  const next = stop && !touched && !done.some(isBad) ? undefined : nextAction(actions, done, standing);
  const found = foundBy(done);
  const told = next && impossibleOn(found, actions, next.action);
  const verdict = (outcome: StepOutcome): Step => verdictStep(operation, frozen, host, round, outcome);
  if (told) return verdict(withOut(told, { out: outAfter(standing, done), acted: standing.acted }));
  if (!next) return verdict(verdictOf(done, touched ? undefined : stop, standing));
  return bind(operation, frozen, host, round, next, done);
}

/** An action as the step of a host. */
function bind(
  operation: string,
  frozen: Bound,
  host: string,
  round: number,
  { action, ordinal }: Next,
  done: readonly JournalRecord[],
): Step {
  const found = foundBy(done);
  const stepsRoot: JsonObject = found.stepsRoot === undefined ? {} : { stepsRoot: found.stepsRoot };
  const { summary, idempotent, disruptive, timeoutMs, parameters, bindsBootId, guarded } = action;
  const told = action.forHost?.(found);
  return {
    action: action.action,
    summary,
    idempotent,
    disruptive,
    timeoutMs,
    id: stepIdOf(operation, round, ordinal, action.action),
    target: keyOf('Host', host),
    ordinal,
    round,
    parameters: {
      ...parameters,
      ...(told && 'parameters' in told ? told.parameters : {}),
      ...(bindsBootId ? { bootId: bootBefore(done, action.action) ?? null } : {}),
      ...(bindsBootId || guarded ? { digest: frozen.digest, ...stepsRoot } : {}),
      ...(found.address !== undefined ? { address: found.address } : {}),
    },
  };
}

/** Every step of a host as it would be journalled if all went well, for people to read beforehand. */
export function stepsOf(operation: string, frozen: Bound, host: string, round: number): Step[] {
  return actionsFor(frozen.spec, frozen.neighbours, host).flatMap((action, ordinal) =>
    action.recovers ? [] : bind(operation, frozen, host, round, { action, ordinal }, []),
  );
}

/** Why what comes next cannot be done on this host; before it is taken out, also what comes after that. */
function impossibleOn(found: Found, actions: readonly Phased[], next: Phased): StepOutcome | undefined {
  const asked = next.phase === 'takeOut' ? actions.filter(({ phase }) => phase === 'act') : [next];
  for (const action of asked) {
    const told = action.forHost?.(found);
    if (told && 'impossible' in told) return told.impossible;
  }
  return undefined;
}

/** The id of a step: unique for ever on its host. */
export function stepIdOf(operation: string, round: number, ordinal: number, action: string): string {
  return `${operation}.${round}.${ordinal}-${action.toLowerCase()}`;
}

/** The step that ends a host with its outcome. */
export function verdictStep(
  operation: string,
  frozen: Pick<FrozenOperation, 'spec' | 'neighbours'>,
  host: string,
  round: number,
  verdict: StepOutcome,
): Step {
  const ordinal = actionsFor(frozen.spec, frozen.neighbours, host).length;
  return {
    action: 'verdict',
    summary: 'record the outcome and release the host',
    idempotent: true,
    disruptive: false,
    timeoutMs: 0,
    parameters: {},
    id: stepIdOf(operation, round, ordinal, 'verdict'),
    target: keyOf('Host', host),
    ordinal,
    round,
    verdict,
  };
}

type Phased = Action & { phase: ActionPhase };

interface Next {
  action: Phased;
  ordinal: number;
}

/** The first action that is due and not done: on the way there, once something failed on the way back, or putting back. */
function nextAction(actions: readonly Phased[], done: readonly JournalRecord[], standing: Standing): Next | undefined {
  const isDue = (at: number): boolean =>
    !done.some((entry) => entry.step.ordinal === at) && (actions[at]!.when?.(done) ?? true);
  const first = (wanted: (action: Phased) => boolean): Next | undefined => {
    const ordinal = actions.findIndex((action, at) => wanted(action) && isDue(at));
    return ordinal === -1 ? undefined : { action: actions[ordinal]!, ordinal };
  };
  const bad = done.filter(isBad);
  // What could not be put back stays out, and so does whatever was taken out before it.
  if (bad.some(isPutBack)) return undefined;
  // A failure on the way back ends it.
  const isBackDue = !bad.some((entry) => actions[entry.step.ordinal]?.recovers);
  const onWay = first((action) =>
    bad.length === 0 ? isOnWay(action, standing) : isBackDue && action.recovers?.(bad[0]!) === true,
  );
  if (onWay) return onWay;
  const out = outAfter(standing, done);
  const mayReturn = returnable(actions, done, bad, standing);
  return first(({ phase, parameters: { neighbour } }) => {
    return phase === 'putBack' && typeof neighbour === 'string' && neighbour in out && mayReturn(neighbour);
  });
}

/** Not repeated: taking out what is out, and an act that was proven in an earlier round and only not put back. */
function isOnWay({ phase, action, recovers, parameters: { neighbour } }: Phased, { out, acted }: Standing): boolean {
  if (recovers || phase === 'putBack') return false;
  if (acted) return action === 'connect' || phase === 'after';
  return phase !== 'takeOut' || out[neighbour as string] !== 'yes';
}

/**
 * Which neighbours a host may be put back into: all once it is proven. One that failed stays out, as it is with tools that
 * drain, unless the act never touched it or it went back to what it was: then what this round took out is undone.
 */
function returnable(
  actions: readonly Phased[],
  done: readonly JournalRecord[],
  bad: readonly JournalRecord[],
  standing: Standing,
): (neighbour: string) => boolean {
  if (bad.length === 0) return () => true;
  const refused = done.some(({ step, outcome }) => step.action === 'prove' && isUntouched(outcome));
  const isTouched = done.some(({ step, outcome }) => {
    if (actions[step.ordinal]?.phase !== 'act' || !step.disruptive || isUntouched(outcome)) return false;
    // A reboot is refused a moment after it was accepted: that is found when it is to be proven.
    return !(refused && step.action === 'reboot');
  });
  return isTouched && !wentBack(bad, done) ? () => false : (neighbour) => !(neighbour in standing.out);
}

function isUntouched(outcome: StepOutcome | undefined): boolean {
  return outcome?.data?.untouched === true;
}

function foundBy(done: readonly JournalRecord[]): Found {
  return done.find((entry) => entry.step.action === 'connect')?.outcome?.data ?? {};
}

/** The boot that an action begins under: the last one proven. A reboot that had been asked for earlier says under which. */
function bootBefore(done: readonly JournalRecord[], action: string): Json | undefined {
  const last = done.findLast((entry) => entry.step.action === 'reboot')?.outcome?.data;
  if (action === 'prove' && last?.startedBoot) return last.startedBoot;
  return done.findLast((entry) => entry.outcome?.data?.bootId !== undefined)?.outcome?.data?.bootId;
}
