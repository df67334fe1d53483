import type { Step } from '../model/plan.ts';

/** Name of a step in journal keys: sorts in order of round and step. */
export function stepName(step: Pick<Step, 'round' | 'ordinal' | 'action'>): string {
  const pad = (value: number): string => String(value).padStart(3, '0');
  return `${pad(step.round)}-${pad(step.ordinal)}-${step.action}`;
}
