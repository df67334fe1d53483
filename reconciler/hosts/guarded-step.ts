import { Bug } from '../model/errors.ts';
import { Sensitive } from '../model/sensitive.ts';
import type { CommandBit } from './command.ts';
import { SCRIPT_TRAILER, STEP_START_SCRIPT } from './scripts/step-start.ts';
import { STEP_READ_SCRIPT } from './scripts/step-read.ts';
import { verbCommand } from './verb.ts';
import type { VerbCommand } from './verb.ts';

/** Which step, and where its record lies on the host. */
export interface StepPlace {
  /** Absolute folder, `/var/lib/intendant/<fleet>/steps`. */
  stepsRoot: string;
  /** `[a-z0-9.-]+`, unique for ever: fleet, operation, host, step, round. */
  stepId: string;
  /** Digest of what the step does; a folder with another one is `foreign`. */
  digest: string;
}

/** A step that is started at most once, ever. */
export interface StepStart extends StepPlace {
  /** Only if the host still runs under this boot id; undefined = under any. */
  bootId?: string;
  /** A script with arguments (its first line may name an interpreter), or a reboot. */
  action: { kind: 'script'; script: string | Sensitive; args: readonly CommandBit[] } | { kind: 'reboot' };
  /** Bytes of output kept on the host; the rest is counted. Default 65536, at most 1 MiB. */
  maxOutputBytes?: number;
  /** Whole seconds; then the script's process group is killed and its exit code is 124. */
  timeoutSeconds: number;
}

export interface StepRead extends StepPlace {
  /** Waits on the host that long for the end of the step. Default 0. */
  waitSeconds?: number;
}

/** Bytes of a step's output that are kept when nothing else is said. */
export const DEFAULT_STEP_OUTPUT_BYTES = 65_536;
/** More is never kept: the record travels in one answer. */
export const MAX_STEP_OUTPUT_BYTES = 1_048_576;

const STEP_ID = /^[a-z0-9](?:[a-z0-9.-]{0,198}[a-z0-9])?$/;
const ROOT = /^(?:\/[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*)+$/;
const DIGEST = /^[A-Za-z0-9:+/=_-]{1,128}$/;
const BOOT = /^[0-9a-f-]{1,64}$/;

/** The command that starts a step. The script goes over standard input, closed by a line that proves it is whole. */
export function stepStartCommand(call: { user: string; nonce: string }, step: StepStart): VerbCommand {
  checkPlace(step);
  if (step.bootId !== undefined && !BOOT.test(step.bootId)) throw new Bug('a boot id has an unexpected form');
  const { action } = step;
  const args: CommandBit[] = [
    step.stepsRoot,
    step.stepId,
    step.bootId ?? '-',
    step.digest,
    String(Math.min(step.maxOutputBytes ?? DEFAULT_STEP_OUTPUT_BYTES, MAX_STEP_OUTPUT_BYTES)),
    String(Math.max(1, Math.ceil(step.timeoutSeconds))),
    action.kind,
    ...(action.kind === 'script' ? action.args : []),
  ];
  const stdin = action.kind === 'script' ? withTrailer(action.script, call.nonce) : '';
  return verbCommand('step-start', STEP_START_SCRIPT, { ...call, args, stdin });
}

/** The command that reads what became of a step. */
export function stepReadCommand(call: { user: string; nonce: string }, step: StepRead): VerbCommand {
  checkPlace(step);
  const wait = String(Math.max(0, Math.ceil(step.waitSeconds ?? 0)));
  const args = [step.stepsRoot, step.stepId, step.digest, wait];
  return verbCommand('step-read', STEP_READ_SCRIPT, { ...call, args });
}

function withTrailer(script: string | Sensitive, nonce: string): string | Sensitive {
  if (script instanceof Sensitive) return new Sensitive(whole(script.reveal(), nonce));
  return whole(script, nonce);
}

function whole(script: string, nonce: string): string {
  return `${script.replace(/\n?$/, '\n')}${SCRIPT_TRAILER} ${nonce}\n`;
}

function checkPlace(step: StepPlace): void {
  if (!STEP_ID.test(step.stepId) || step.stepId.includes('..')) throw new Bug(`"${step.stepId}" is not a step id`);
  if (!ROOT.test(step.stepsRoot)) throw new Bug(`"${step.stepsRoot}" is not a folder for steps`);
  if (!DIGEST.test(step.digest)) throw new Bug('the digest of a step has an unexpected form');
}
