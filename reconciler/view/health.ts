import { formatDuration } from '../model/duration.ts';
import type { ObjectStatus } from '../model/status.ts';
import { describeHalt, howToLift } from '../rollout/brake.ts';
import type { DiagnosticList } from '../status/diagnostics-file.ts';
import { troubleOf } from '../status/wellness.ts';
import type { FleetInfo } from './fleet-view.ts';
import type { Unanswered } from './open-view.ts';

export interface HealthInput {
  info: FleetInfo;
  objects: Iterable<ObjectStatus>;
  diagnostics: DiagnosticList;
  /** Wall clock, milliseconds. */
  nowMs: number;
  /** Tip of the config branch as the caller sees it, where it was looked at. */
  configTip?: string;
  /** Why the tip could not be looked at. The fleet is shown all the same: a remote that is away is when people look. */
  tipTrouble?: string;
  /** The fresher views that were asked first and did not answer. Default: none was. */
  tried?: readonly Unanswered[];
}

export interface Health {
  healthy: boolean;
  /** A sentence each; the first ten objects that are not well are named. */
  reasons: string[];
}

/** Why the fleet as a whole is not well. */
export interface FleetReason {
  /** What is to be looked at: the process, what it has not taken up yet, what it will not take up, or what is written there. */
  about: 'daemon' | 'tip' | 'refused' | 'configuration';
  /** A sentence. */
  text: string;
}

const MAX_NAMED = 10;

/** Whether all is well, and if not why. Pure. `intendant status` exits with 4 on it. */
export function assessHealth(input: HealthInput): Health {
  const reasons = [
    ...haltReasons(input.info),
    ...silenceReasons(input),
    ...fleetReasons(input).map(({ text }) => text),
    ...objectReasons(input.objects),
  ];
  return { healthy: reasons.length === 0, reasons };
}

/** What is wrong with the daemon, the revision and the configuration. Pure. */
export function fleetReasons(input: Omit<HealthInput, 'objects'>): FleetReason[] {
  return [
    ...daemonReasons(input.info, input.nowMs).map((text) => ({ about: 'daemon' as const, text })),
    ...revisionReasons(input),
    ...diagnosticReasons(input.diagnostics).map((text) => ({ about: 'configuration' as const, text })),
  ];
}

/** First of all: that nothing happens is somebody's will. */
function haltReasons({ halts = [] }: FleetInfo): string[] {
  return halts.map((halt) => `No step begins: ${describeHalt(halt)} (${howToLift(halt)}).`);
}

/** Where neither runs on this machine the status branch is what there is to read, and nobody is missed. */
const NOBODY_THERE: ReadonlySet<string> = new Set(['DAEMON_UNREACHABLE', 'STORE_MISSING']);

/**
 * What is on the status branch may be the last that a daemon could say: where it, or the store itself, tells of trouble, that
 * is the news. The first that does is enough: the other one tells the same. A store that answers knows more than both.
 */
function silenceReasons({ info, tried = [] }: HealthInput): string[] {
  if (info.from !== 'status') return [];
  return tried
    .filter(({ code }) => !NOBODY_THERE.has(code))
    .slice(0, 1)
    .map(({ why }) => why);
}

/** The status branch promises a heartbeat; one may be late, two are not. The store knows whether anybody holds the fleet. */
function daemonReasons({ heartbeat, heartbeatMs, holder }: FleetInfo, nowMs: number): string[] {
  if (holder === null) return ['No daemon holds the fleet.'];
  if (heartbeatMs === undefined) return [];
  const age = nowMs - Date.parse(heartbeat ?? '');
  if (age <= 2 * heartbeatMs) return [];
  if (Number.isNaN(age)) return ['The daemon has never shown that it lives.'];
  return [
    `The heartbeat is overdue: the last was ${formatDuration(age)} ago, one is due every ${formatDuration(heartbeatMs)}.`,
  ];
}

function revisionReasons({ info, configTip, tipTrouble }: Omit<HealthInput, 'objects'>): FleetReason[] {
  const { revision, held } = info;
  if (!revision) return [{ about: 'tip', text: 'No revision of the configuration has been accepted yet.' }];
  const { branch, accepted, refused } = revision;
  const reasons: FleetReason[] = [];
  if (tipTrouble !== undefined) {
    reasons.push({ about: 'tip', text: `The tip of ${branch} cannot be looked at: ${tipTrouble}` });
  }
  const tip = configTip ?? revision.tip;
  if (refused && tip === revision.tip) {
    reasons.push({ about: 'refused', text: `The tip ${short(tip)} of ${branch} is refused: ${refused.message}` });
  } else if (tip !== accepted) {
    const text = `The tip ${short(tip)} of ${branch} is not processed; ${short(accepted)} is in effect.`;
    reasons.push({ about: 'tip', text });
  }
  for (const [cluster, commit] of Object.entries(held).sort()) {
    const what = cluster === '*' ? 'Everything' : `Cluster ${cluster}`;
    const text = `${what} is held at ${short(commit)} by errors in the configuration.`;
    reasons.push({ about: 'configuration', text });
  }
  return reasons;
}

/** Warnings alone are not a reason; what is not listed may be an error. */
function diagnosticReasons({ diagnostics, total }: DiagnosticList): string[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length + total - diagnostics.length;
  if (errors <= 0) return [];
  return [`The configuration has ${errors} ${errors === 1 ? 'error' : 'errors'}.`];
}

function objectReasons(objects: Iterable<ObjectStatus>): string[] {
  const reasons: string[] = [];
  let unnamed = 0;
  for (const status of objects) {
    const trouble = troubleOf(status);
    if (!trouble) continue;
    if (reasons.length < MAX_NAMED)
      reasons.push(`${status.key} is ${status.status}: ${trouble.message} (${trouble.reason})`);
    else unnamed += 1;
  }
  return unnamed === 0 ? reasons : [...reasons, `and ${unnamed} more objects that are not well.`];
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
