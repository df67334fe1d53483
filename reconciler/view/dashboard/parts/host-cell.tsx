import { paths } from '../links.ts';
import type { HostLine } from '../read/hosts.ts';
import { STATE_TEXTS } from '../states.ts';
import { shown } from '../text.ts';

/** Longest reason that a cell carries: there are a thousand of them. */
const MAX_WHY = 140;

/**
 * A host as one cell. Only the first of a group is a stop of the tab key; the script moves it with the arrow keys.
 *
 * @param named its name is written into it.
 */
export function HostCell({ host, first, named }: { host: HostLine; first: boolean; named: boolean }) {
  const { name, state, why } = host;
  const text = `${name}: ${STATE_TEXTS[state].label}${why === undefined ? '' : `. ${shown(why, MAX_WHY)}`}`;
  return (
    <a
      id={`h-${name}`}
      href={paths.host(name)}
      class="cell"
      data-state={state}
      aria-label={text}
      tabindex={first ? undefined : -1}
    >
      {named ? <span>{name}</span> : ''}
    </a>
  );
}
