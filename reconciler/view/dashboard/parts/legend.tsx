import { paths } from '../links.ts';
import { HOST_STATES, STATE_TEXTS, type StateCounts } from '../states.ts';
import { number } from '../text.ts';

/** What each shape means and how many hosts have it; a link to those hosts. */
export function Legend({ counts }: { counts: StateCounts }) {
  return (
    <ul class="legend" aria-label="Hosts by state">
      {HOST_STATES.map((state) => (
        <li>
          {counts[state] === 0 ? (
            <span class="mark none" data-state={state} title={STATE_TEXTS[state].meaning}>
              {STATE_TEXTS[state].label} <b>0</b>
            </span>
          ) : (
            <a class="mark" data-state={state} title={STATE_TEXTS[state].meaning} href={paths.state(state)}>
              {STATE_TEXTS[state].label} <b>{number(counts[state])}</b>
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}
