import { formatDuration } from '../../../model/duration.ts';
import type { StepLine } from '../read/batches.ts';
import { shown } from '../text.ts';

/** From when to when a bar goes, wall clock in milliseconds. */
export interface Span {
  from: number;
  to: number;
}

/** Narrowest step that can still be seen, in thousandths of the bar. */
const LEAST = 6;

/** What was done on a host and when, as a bar. For the eye only: `StepList` says the same in words. */
export function StepBar({ steps, span, nowMs }: { steps: readonly StepLine[]; span: Span; nowMs: number }) {
  const length = Math.max(1, span.to - span.from);
  const at = (time: number): number => Math.min(1000, Math.max(0, (1000 * (time - span.from)) / length));
  return (
    <svg class="step-bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-track" width="1000" height="10" />
      {steps.map(({ from, to, state }) => {
        if (from === undefined) return '';
        const x = Math.min(at(from), 1000 - LEAST);
        const width = Math.max(LEAST, at(to ?? nowMs) - x);
        return <rect class={`bar-${state}`} x={x.toFixed(1)} width={(width - 1).toFixed(1)} height="10" />;
      })}
    </svg>
  );
}

/** The steps of a host in words, with how long each took. */
export function StepList({ steps, nowMs }: { steps: readonly StepLine[]; nowMs: number }) {
  return (
    <ol class="steps">
      {steps.map((step) => (
        <li data-run={step.state}>
          <span class="run">{step.state}</span> {shown(step.summary, 160)}
          <span class="quiet">{` ${tookText(step, nowMs)}`}</span>
          {step.message !== undefined && step.state !== 'succeeded' ? (
            <p class="why">{shown(step.message, 600)}</p>
          ) : (
            ''
          )}
        </li>
      ))}
    </ol>
  );
}

/** `3s`, `12s so far`; nothing of what has not begun. */
export function tookText({ from, to }: StepLine, nowMs: number): string {
  if (from === undefined) return '';
  const took = formatDuration(Math.max(0, (to ?? nowMs) - from));
  return to === undefined ? `${took} so far` : took;
}
