import type {
  ApplyOperation,
  Check,
  DeployOperation,
  OperationSpec,
  UpgradeOperation,
} from '../../../schema/generated/types.ts';
import { familyNamed } from '../../hosts/families/registry.ts';
import { renderScript, type FamilyCommand, type HostFamily } from '../../hosts/families/family.ts';
import { parseDuration } from '../../model/duration.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { JournalRecord, StepOutcome } from '../../model/plan.ts';
import { around } from './neighbours/around.ts';
import type { FrozenNeighbour } from './neighbours/neighbour.ts';
import { DEFAULT_TIMEOUT, DEFAULT_UPGRADE_TIMEOUT } from './spec.ts';

/** What `connect` found on the host, as its outcome holds it. */
export type Found = Record<string, Json>;

/**
 * Where an action stands: before anything is touched, taking out, the act and its proof, the checks after it, the way back
 * where there is one, putting back.
 */
export type ActionPhase = 'before' | 'takeOut' | 'act' | 'after' | 'wayBack' | 'putBack';

/** One planned action of a host, before it is bound to a round and to what earlier actions found. */
export interface Action {
  action: string;
  summary: string;
  idempotent: boolean;
  looks?: true;
  disruptive: boolean;
  timeoutMs: number;
  parameters: JsonObject;
  /** Takes the boot id that was last proven into its intent, and what `guarded` says. */
  bindsBootId?: boolean;
  /** Takes the digest of the operation and the folder of records into its intent. */
  guarded?: boolean;
  /** Left out unless what has been done says so. */
  when?: (done: readonly JournalRecord[]) => boolean;
  /** More parameters, from what was found on the host; or why it cannot be done there. */
  forHost?: (found: Found) => { parameters: JsonObject } | { impossible: StepOutcome };
  /** Part of the way back: done only after such a failure. */
  recovers?: (bad: JournalRecord) => boolean;
}

/** Room for the exec around a check or script beyond its own timeout, in milliseconds. */
const GRACE_MS = 15_000;
/** A look that asks the host one question, in milliseconds. */
const LOOK_MS = 120_000;

/**
 * What happens on each host, in order: look, check, take out, act, prove, check, put back; and the way back where there is one.
 * The neighbours are told before the first action that disturbs the host, and only when that is due.
 *
 * @param host undefined: the neighbours of every host at once.
 */
export function actionsFor(
  spec: OperationSpec,
  neighbours: readonly FrozenNeighbour[] = [],
  host?: string,
): readonly (Action & { phase: ActionPhase })[] {
  const acts = act(spec);
  const first = acts.findIndex(({ disruptive }) => disruptive);
  const { takeOut, putBack } = first === -1 ? { takeOut: [], putBack: [] } : around(neighbours, host);
  const due = acts[first]?.when;
  return [
    inPhase('before', [
      look('connect', 'connect and read facts', 30_000),
      ...(spec.checks?.before ?? []).map((check, index) => checkAction('before', check, index)),
    ]),
    inPhase('act', acts.slice(0, Math.max(first, 0))),
    inPhase('takeOut', due ? takeOut.map((action) => ({ ...action, when: due })) : takeOut),
    inPhase('act', acts.slice(Math.max(first, 0))),
    inPhase(
      'after',
      (spec.checks?.after ?? []).map((check, index) => checkAction('after', check, index)),
    ),
    inPhase('wayBack', spec.type === 'deploy' && spec.rollback ? wayBack(spec) : []),
    inPhase('putBack', putBack),
  ].flat();
}

function inPhase(phase: ActionPhase, actions: readonly Action[]): (Action & { phase: ActionPhase })[] {
  return actions.map((action) => ({ ...action, phase }));
}

function act(spec: OperationSpec): Action[] {
  switch (spec.type) {
    case 'run':
      return [scripted('run', 'run the script', timeoutOf(spec), { script: spec.script, args: spec.args ?? [] })];
    case 'restart':
      return rebootAndProve(timeoutOf(spec));
    case 'upgrade':
      return [
        byFamily('upgrade', 'upgrade with the tool of its family', timeoutOf(spec), (family) => family.upgrade()),
        ...rebootAsWanted(spec),
      ];
    case 'deploy':
      return [
        byFamily('deploy', `deploy ${spec.version}`, timeoutOf(spec), (family) => family.images?.deploy(spec.version)),
        ...rebootAsWanted(spec),
        ...(spec.reboot === 'never' ? [] : [proveDeployed(spec)]),
      ];
    case 'apply':
      return applyProfile(spec);
  }
}

function timeoutOf(spec: OperationSpec): number {
  const slow = spec.type === 'upgrade' || spec.type === 'deploy' || spec.type === 'apply';
  return parseDuration(spec.timeout ?? (slow ? DEFAULT_UPGRADE_TIMEOUT : DEFAULT_TIMEOUT));
}

function applyProfile(spec: ApplyOperation): Action[] {
  const parameters: JsonObject = spec.profile === undefined ? {} : { profile: spec.profile };
  return [
    { ...look('compare', 'see what differs from its profile', LOOK_MS), parameters },
    {
      ...scripted('converge', 'bring it to its profile, if anything differs', timeoutOf(spec), parameters),
      when: differs,
    },
    { ...look('confirm', 'see that nothing differs any more', LOOK_MS), parameters, when: differs },
  ];
}

function differs(done: readonly JournalRecord[]): boolean {
  return done.some((entry) => entry.step.action === 'compare' && entry.outcome?.data?.differs === true);
}

function rebootAsWanted(spec: UpgradeOperation | DeployOperation): Action[] {
  const timeoutMs = timeoutOf(spec);
  switch (spec.reboot ?? 'if-required') {
    case 'never':
      return [];
    case 'always':
      return rebootAndProve(timeoutMs);
    case 'if-required':
      return [
        {
          ...look('rebootNeeded', 'see whether a reboot is required', LOOK_MS),
          forHost: (found) => withFamily(found, (family) => commandOf(family.rebootNeeded().bits)),
        },
        ...rebootAndProve(timeoutMs).map((action) => ({
          ...action,
          summary: `${action.summary}, if one is required`,
          when: isRebootNeeded,
        })),
      ];
  }
}

function isRebootNeeded(done: readonly JournalRecord[]): boolean {
  return done.some((entry) => entry.step.action === 'rebootNeeded' && entry.outcome?.data?.needed === true);
}

function rebootAndProve(timeoutMs: number): Action[] {
  const common = { disruptive: true, timeoutMs, parameters: {}, bindsBootId: true };
  return [
    { ...common, action: 'reboot', summary: 'reboot', idempotent: false },
    { ...common, action: 'prove', summary: 'wait for a new boot id', idempotent: true, looks: true },
  ];
}

function proveDeployed(spec: DeployOperation): Action {
  return {
    ...look('proveDeployed', `see that ${spec.version} is the running system`, LOOK_MS),
    parameters: { version: spec.version },
    forHost: (found) =>
      withFamily(found, (family) => family.images && commandOf(family.images.isDeployed(spec.version).bits)),
  };
}

/** The deployment of before, once the new one runs and does not do. A host that is not back cannot be told. */
function wayBack(spec: DeployOperation): Action[] {
  const timeoutMs = timeoutOf(spec);
  const recovers = (bad: JournalRecord): boolean => ['checkAfter', 'proveDeployed'].includes(bad.step.action);
  return [
    byFamily('rollback', 'go back to the deployment before', timeoutMs, (family) => family.images?.rollback()),
    ...rebootAndProve(timeoutMs),
  ].map((action) => ({ ...action, summary: `if it does not pass: ${action.summary}`, recovers }));
}

function byFamily(
  action: string,
  summary: string,
  timeoutMs: number,
  commands: (family: HostFamily) => readonly FamilyCommand[] | undefined,
): Action {
  return {
    ...scripted(action, summary, timeoutMs, { args: [] }),
    forHost: (found) =>
      withFamily(found, (family) => {
        const wanted = commands(family);
        return wanted && { script: renderScript(family, wanted) };
      }),
  };
}

/** What only the host's family can tell; impossible where there is none, or where it has no such thing. */
function withFamily(
  found: Found,
  tell: (family: HostFamily) => JsonObject | undefined,
): { parameters: JsonObject } | { impossible: StepOutcome } {
  // The record on the host is what is read after the store was lost: the script is not run again and need not be known.
  if (found.adopted === true) return { parameters: { script: 'exit 125', command: ['false'] } };
  const family = typeof found.family === 'string' ? familyNamed(found.family) : undefined;
  const os = typeof found.os === 'string' ? found.os : 'unknown';
  if (!family) {
    const message = `the operating system ${os} is not one that can be upgraded or deployed; nothing was done. Use an operation of type run`;
    return { impossible: { result: 'failed', reason: 'UnsupportedOs', message } };
  }
  const parameters = tell(family);
  if (parameters) return { parameters };
  const message = `${os} is made of packages (${family.name}) and has no versions to deploy; nothing was done. Use an operation of type upgrade`;
  return { impossible: { result: 'failed', reason: 'DeployNotSupported', message } };
}

function commandOf(bits: readonly unknown[]): JsonObject {
  return { command: bits.map(String) };
}

function scripted(action: string, summary: string, timeoutMs: number, parameters: JsonObject): Action {
  return {
    action,
    summary,
    idempotent: false,
    disruptive: true,
    timeoutMs: timeoutMs + GRACE_MS,
    parameters: { ...parameters, timeoutMs },
    bindsBootId: true,
  };
}

function look(action: string, summary: string, timeoutMs: number): Action {
  return { action, summary, idempotent: true, looks: true, disruptive: false, timeoutMs, parameters: {} };
}

function checkAction(when: 'before' | 'after', check: Check, index: number): Action {
  const timeoutMs = parseDuration(check.timeout ?? '30s');
  const retries = check.retries ?? 0;
  const intervalMs = parseDuration(check.interval ?? '5s');
  const name = check.name ?? `#${index + 1}`;
  // A command of somebody else's: declared repeatable, and who knows what it does. So it is no look.
  return {
    action: when === 'before' ? 'checkBefore' : 'checkAfter',
    summary: `check ${when} ${name}: ${check.command.join(' ')}`,
    idempotent: true,
    disruptive: false,
    timeoutMs: (timeoutMs + intervalMs + GRACE_MS) * (retries + 1),
    parameters: { name, command: check.command, timeoutMs, retries, intervalMs },
  };
}
