import type { Hook } from '../../../../schema/generated/types.ts';
import { digestOf } from '../../../model/digest.ts';
import { parseDuration } from '../../../model/duration.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Step, StepOutcome } from '../../../model/plan.ts';
import { resolveTarget } from '../../host/target.ts';
import { connectAction } from '../actions/connect.ts';
import { deadlineOf, operationOf, placeOfHost, type ActionContext } from '../actions/context.ts';
import { runScript, type Words } from '../actions/run.ts';
import type { Neighbour, NeighbourContext, NeighbourStep, StepRecord } from './neighbour.ts';

/** Default of `timeout` of a hook's commands. */
const DEFAULT_HOOK_TIMEOUT = '2m';
/** Room for the exec around a command beyond its own timeout, in milliseconds. */
const GRACE_MS = 15_000;
/** A helper that does not answer for so long is not there, in milliseconds. */
const REACH_MS = 30_000;

/** Runs its arguments as a command: the words of a hook go beside it and are never read by a shell. */
export const EXEC_SCRIPT = '#!/bin/sh\nexec "$@"\n';

/** What of a hook is in the intents of its steps. */
interface HookParameters {
  /** Name of the neighbour. */
  neighbour: string;
  /** Name of the Host that the command runs on. */
  helper: string;
  command: string[];
  timeoutMs: number;
  alreadyOut?: number;
  digest: string;
  stepsRoot?: string;
  /** `address:port` that the host to be acted on was found at. */
  address?: string;
}

/**
 * Commands on a helper host, before and after the act on each host. Each is a guarded step on the helper: it runs at most
 * once for a host and round, and is re-attached to. They are words, never shell text: `{host}` and `{address}` within a word
 * stand for the name and address of the host that is acted on.
 */
export const commandHook: Neighbour = {
  type: 'command-hook',

  declared({ owner, cluster, operation }) {
    const hooks: readonly Hook[] = (cluster ?? operation)?.hooks ?? [];
    return {
      around: hooks.map((hook) => ({
        type: 'command-hook',
        name: `hook ${hook.name} of ${owner}`,
        settings: JSON.parse(JSON.stringify(hook)) as JsonObject,
      })),
    };
  },

  steps({ settings }) {
    const hook = settings as unknown as Hook;
    const { host: helper, before, after } = hook;
    const reach: NeighbourStep = {
      action: 'reachHelper',
      summary: `reach ${helper} (hook ${hook.name})`,
      idempotent: true,
      timeoutMs: REACH_MS,
      parameters: { helper },
    };
    const alreadyOut = before.alreadyOutExitCode;
    const out = command('takeOut', `take out (hook ${hook.name}): on ${helper} run`, helper, before);
    return {
      before: [
        reach,
        {
          ...out,
          parameters: { ...out.parameters, ...(alreadyOut === undefined ? {} : { alreadyOut }) },
          takesOut: true,
        },
      ],
      after: [command('putBack', `put back (hook ${hook.name}): on ${helper} run`, helper, after)],
    };
  },

  async apply(context) {
    const { step, deps } = context;
    const { helper, neighbour } = step.parameters as unknown as HookParameters;
    const there = { ...context, name: helper, target: resolveTarget(helper, deps.inventory(), deps.live) };
    if (step.action === 'reachHelper') {
      const { result, reason, message } = await connectAction(there);
      // Its boot id and the like are those of another host than the one that is acted on: they are not kept.
      return result === 'succeeded'
        ? { result, reason, message }
        : { result, reason, message: `${neighbour}: ${message}` };
    }
    return judge(await runCommand(context, there), step.parameters as unknown as HookParameters, step);
  },

  recordOf,
};

function command(
  action: string,
  summary: string,
  helper: string,
  { command: argv, timeout }: Hook['after'],
): NeighbourStep {
  const timeoutMs = parseDuration(timeout ?? DEFAULT_HOOK_TIMEOUT);
  return {
    action,
    summary: `${summary} ${argv.join(' ')}`,
    idempotent: false,
    timeoutMs: timeoutMs + GRACE_MS,
    parameters: { helper, command: [...argv], timeoutMs },
    guarded: true,
  };
}

/** The helper serves many hosts: there the id names the host as well. */
function recordOf(step: Step, stepsRoot: string): StepRecord {
  const { helper, digest, neighbour, stepsRoot: begun } = step.parameters as unknown as HookParameters;
  const host = step.target.slice('Host/'.length);
  return {
    host: helper,
    place: {
      stepsRoot: begun ?? stepsRoot,
      stepId: `${step.id}.${host}`,
      digest: digestOf([digest, operationOf(step), host, neighbour, step.action]),
    },
  };
}

function runCommand(context: NeighbourContext, there: ActionContext): Promise<StepOutcome> {
  const { step, deps, name } = context;
  const { command: argv, timeoutMs, address } = step.parameters as unknown as HookParameters;
  const values = {
    host: name,
    address: addressOf(address ?? placeOfHost(resolveTarget(name, deps.inventory(), deps.live))),
  };
  const { place } = recordOf(step, deps.stepsRoot);
  const parameters = { script: EXEC_SCRIPT, args: argv.map((word) => fillIn(word, values)), timeoutMs };
  return runScript(
    { ...there, step: { ...step, id: place.stepId, parameters: { ...parameters, ...place } } },
    deadlineOf(context),
    WORDS[step.action]!,
  );
}

const WORDS: Record<string, Words> = {
  takeOut: ['TakeOut', 'the command', 'taken out'],
  putBack: ['PutBack', 'the command', 'put back'],
};

function fillIn(word: string, values: { host: string; address: string }): string {
  return word.replace(/\{(host|address)\}/g, (_whole, key: 'host' | 'address') => values[key]);
}

/** `address:port` without its port. */
function addressOf(place: string): string {
  return place.slice(0, place.lastIndexOf(':'));
}

/** Says which hook it was, and whether there is anything to undo. */
function judge(outcome: StepOutcome, { neighbour, helper, alreadyOut }: HookParameters, step: Step): StepOutcome {
  const { data, message, result } = outcome;
  if (step.action === 'takeOut' && alreadyOut !== undefined && data?.exitCode === alreadyOut) {
    const was = `${neighbour} on ${helper}: it was out already, so that it is not put back`;
    return { result: 'succeeded', reason: 'AlreadyOut', message: was, data: { ...data, tookOut: false } };
  }
  const told = { ...outcome, message: result === 'succeeded' ? message : `${neighbour} on ${helper}: ${message}` };
  const begun = result === 'succeeded' || data?.untouched !== true;
  return step.action === 'takeOut' && !begun ? { ...told, data: { ...data, tookOut: false } } : told;
}
