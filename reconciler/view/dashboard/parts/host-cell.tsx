import { raw } from 'hono/html';
import type { JSX } from 'hono/jsx/jsx-runtime';
import type { ObjectStatus } from '../../../model/status.ts';
import { paths } from '../links.ts';
import type { HostLine } from '../read/hosts.ts';
import { STATE_TEXTS } from '../states.ts';
import { shown } from '../text.ts';

/** Longest reason that a cell carries: there are a thousand of them. */
const MAX_WHY = 140;

export interface HostCellOptions {
  host: HostLine;
  /** Only the first of a group is a stop of the tab key; the script moves it with the arrow keys. */
  first: boolean;
  /** Its name is written into it. */
  named: boolean;
}

/** A status is never changed, only replaced: what was rendered of it holds for as long as it does. */
const rendered = new WeakMap<ObjectStatus, { of: string; html: string }>();

/** A host as one cell. Most of a thousand are the same as the last time: those are not rendered again. */
export function HostCell(options: HostCellOptions) {
  const { status, state, why } = options.host;
  if (!status) return <Cell {...options} />;
  const of = `${state} ${options.first} ${options.named} ${why ?? ''}`;
  const known = rendered.get(status);
  if (known?.of === of) return raw(known.html);
  const cell: JSX.Element = <Cell {...options} />;
  const html = cell instanceof Promise ? undefined : cell.toString();
  if (typeof html !== 'string') return cell;
  rendered.set(status, { of, html });
  return raw(html);
}

function Cell({ host: { name, state, why }, first, named }: HostCellOptions) {
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
