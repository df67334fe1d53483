import { shown } from '../text.ts';

const TONES: Record<string, string> = {
  Running: 'work',
  Succeeded: 'good',
  Failed: 'bad',
  Suspended: 'warn',
  Pending: 'quiet',
  Cancelled: 'quiet',
};

/** The phase of an operation, with a shape of its own. */
export function Phase({ phase }: { phase: string }) {
  return (
    <span class="phase" data-tone={TONES[phase] ?? 'quiet'} data-phase={shown(phase, 20)}>
      {shown(phase, 20)}
    </span>
  );
}
