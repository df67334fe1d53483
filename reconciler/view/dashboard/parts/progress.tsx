import type { Tally } from '../read/operations.ts';
import { number } from '../text.ts';

const PARTS = ['succeeded', 'failed', 'skipped', 'running'] as const;

/** How far an operation is, as a bar and as words. Widths are attributes of the drawing: no style is written into the page. */
export function Progress({ tally }: { tally: Tally }) {
  const total = Math.max(1, tally.total);
  let at = 0;
  const bars = PARTS.map((part) => {
    const width = (100 * tally[part]) / total;
    const bar = <rect class={`bar-${part}`} x={`${at.toFixed(2)}%`} width={`${width.toFixed(2)}%`} height="100%" />;
    at += width;
    return tally[part] > 0 ? bar : '';
  });
  return (
    <svg class="progress" role="img" aria-label={progressWords(tally)}>
      <rect class="bar-track" width="100%" height="100%" />
      {bars}
    </svg>
  );
}

/** `12 of 20 hosts succeeded, 1 failed, 2 in hand`. */
export function progressWords(tally: Tally): string {
  const parts = [`${number(tally.succeeded)} of ${number(tally.total)} hosts succeeded`];
  if (tally.failed > 0) parts.push(`${number(tally.failed)} failed`);
  if (tally.skipped > 0) parts.push(`${number(tally.skipped)} skipped`);
  if (tally.running > 0) parts.push(`${number(tally.running)} in hand`);
  return parts.join(', ');
}
