import { formatDuration } from '../model/duration.ts';
import { asIntendantError, InvalidInput, messageOf, Transient } from '../model/errors.ts';
import { VIEW_SOURCES, type FleetInfo, type FleetView, type ViewSource } from './fleet-view.ts';

/** How to open each view; a source that is not configured is absent. Opening may throw. */
export type ViewOpeners = Partial<Record<ViewSource, (signal: AbortSignal) => Promise<FleetView> | FleetView>>;

export interface OpenedView {
  view: FleetView;
  info: FleetInfo;
  /** The fresher ones that did not answer, and why. */
  tried: Unanswered[];
}

/** A view that was asked in vain: a sentence, and the code of the error. */
export interface Unanswered {
  from: ViewSource;
  why: string;
  code: string;
}

/**
 * Opens the first view that answers: socket, store, status branch; only `from` when it is given. The caller closes it.
 * Throws Transient `NO_VIEW`, naming what was tried, when none answers, and InvalidInput `VIEW_NOT_CONFIGURED` when the one
 * that was asked for cannot be tried.
 */
export async function openView(
  openers: ViewOpeners,
  { from }: { from?: ViewSource },
  signal: AbortSignal,
): Promise<OpenedView> {
  if (from !== undefined && !openers[from]) {
    throw new InvalidInput(`There is no ${NAMES[from]} to ask: the configuration names none.`, {
      code: 'VIEW_NOT_CONFIGURED',
      hint: 'Give --config, or leave out --from.',
    });
  }
  const tried: OpenedView['tried'] = [];
  for (const source of from === undefined ? VIEW_SOURCES : [from]) {
    const open = openers[source];
    if (!open) continue;
    let view: FleetView | undefined;
    try {
      view = await open(signal);
      return { view, info: await view.info(signal), tried };
    } catch (error) {
      await view?.close();
      signal.throwIfAborted();
      tried.push({ from: source, why: messageOf(error), code: asIntendantError(error).code });
    }
  }
  const list = tried.map(({ from: source, why }) => `${NAMES[source]}: ${why}`).join(' ');
  throw new Transient(`Nothing that knows the fleet answers. ${list || 'Nothing is configured.'}`, {
    code: 'NO_VIEW',
    hint: 'Start the daemon, or name a configuration whose store or repository can be reached.',
  });
}

const NAMES: Record<ViewSource, string> = { socket: 'the daemon', store: 'the store', status: 'the status branch' };

/** Which view answered and how old it is, one line: `from the status branch, at most 12m old`. `nowMs` is wall clock. */
export function describeView(info: FleetInfo, nowMs: number): string {
  const age = nowMs - Date.parse(info.asOf);
  if (info.from === 'socket' || age < 1000) return `from ${NAMES[info.from]}, now`;
  if (Date.parse(info.asOf) === 0) return `from ${NAMES[info.from]}, nothing written yet`;
  return `from ${NAMES[info.from]}, at most ${formatDuration(age)} old`;
}
