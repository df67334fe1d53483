import { formatDuration } from '../model/duration.ts';
import type { ObjectStatus } from '../model/status.ts';
import { describeHalt, howToLift } from '../rollout/brake.ts';
import type { DiagnosticList } from '../status/diagnostics-file.ts';
import { troubleOf } from '../status/wellness.ts';
import type { FleetInfo } from './fleet-view.ts';

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
}

export interface Health {
  healthy: boolean;
  /** A sentence each; the first ten objects that are not well are named. */
  reasons: string[];
}

const MAX_NAMED = 10;

/** Whether all is well, and if not why. Pure. `intendant status` exits with 4 on it. */
export function assessHealth(input: HealthInput): Health {
  const reasons = [
    ...haltReasons(input.info),
    ...daemonReasons(input.info, input.nowMs),
    ...revisionReasons(input),
    ...diagnosticReasons(input.diagnostics),
    ...objectReasons(input.objects),
  ];
  return { healthy: reasons.length === 0, reasons };
}

/** First of all: that nothing happens is somebody's will. */
function haltReasons({ halts = [] }: FleetInfo): string[] {
  return halts.map((halt) => `No step begins: ${describeHalt(halt)} (${howToLift(halt)}).`);
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

function revisionReasons({ info: { revision, held }, configTip, tipTrouble }: HealthInput): string[] {
  if (!revision) return ['No revision of the configuration has been accepted yet.'];
  const reasons = tipTrouble === undefined ? [] : [`The tip of ${revision.branch} cannot be looked at: ${tipTrouble}`];
  const tip = configTip ?? revision.tip;
  if (revision.refused && tip === revision.tip) {
    reasons.push(`The tip ${short(tip)} of ${revision.branch} is refused: ${revision.refused.message}`);
  } else if (tip !== revision.accepted) {
    reasons.push(
      `The tip ${short(tip)} of ${revision.branch} is not processed; ${short(revision.accepted)} is in effect.`,
    );
  }
  for (const [cluster, commit] of Object.entries(held).sort()) {
    const what = cluster === '*' ? 'Everything' : `Cluster ${cluster}`;
    reasons.push(`${what} is held at ${short(commit)} by errors in the configuration.`);
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
