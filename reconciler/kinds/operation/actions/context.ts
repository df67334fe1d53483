import type { HostTarget } from '../../../hosts/transport.ts';
import type { JournalRecord, Step, StepOutcome } from '../../../model/plan.ts';
import { keys } from '../../../store/keys.ts';
import type { KindDeps } from '../../context.ts';

export interface ActionContext {
  step: Step;
  deps: KindDeps;
  signal: AbortSignal;
  /** Name of the host. */
  name: string;
  target: HostTarget;
}

/**
 * Wall-clock milliseconds at which the step must be decided: counted from its intent, so that a restart of the daemon does
 * not give a host more time; but never less than a short while from now, so that a host that did its part while the daemon
 * was away is still looked at.
 */
export function deadlineOf({ step, deps, name }: Omit<ActionContext, 'target'>): number {
  const operation = operationOf(step);
  for (const [, value] of deps.live.list(keys.journal(operation, name, ''))) {
    const entry = value as unknown as JournalRecord;
    if (entry.step.id === step.id) {
      const leastLook = Math.min(LEAST_LOOK_MS, step.timeoutMs);
      return Math.max(Date.parse(entry.startedAt) + step.timeoutMs, deps.clock.now() + leastLook);
    }
  }
  return deps.clock.now() + step.timeoutMs;
}

/** `address:port`: what binds the steps of a host to the machine that its first step found. */
export function placeOfHost({ address, port }: HostTarget): string {
  return `${address}:${port}`;
}

/** A step that was left open is looked at for at least this long, or its timeout if that is shorter, in milliseconds. */
const LEAST_LOOK_MS = 30_000;

export function succeeded(reason: string, message: string, data?: StepOutcome['data']): StepOutcome {
  return { result: 'succeeded', reason, message, data };
}

export function failed(reason: string, message: string, data?: StepOutcome['data']): StepOutcome {
  return { result: 'failed', reason, message, data };
}

/** Name of the operation that a step belongs to, which its id begins with. */
export function operationOf(step: Step): string {
  return step.id.slice(0, step.id.lastIndexOf(`.${step.round}.${step.ordinal}-`));
}
