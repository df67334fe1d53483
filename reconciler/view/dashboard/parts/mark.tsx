import type { HostState } from '../states.ts';
import { STATE_TEXTS } from '../states.ts';

/** The shape of a state, beside its word: nothing is told by colour alone. */
export function Mark({ state }: { state: HostState }) {
  return (
    <span class="mark" data-state={state}>
      <span class="mark-text">{STATE_TEXTS[state].label}</span>
    </span>
  );
}
