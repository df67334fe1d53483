import { InvalidInput } from '../reconciler/model/errors.ts';
import { keyOf } from '../reconciler/model/resource.ts';
import type { ObjectStatus } from '../reconciler/model/status.ts';
import type { FleetView } from '../reconciler/view/fleet-view.ts';
import { allKinds, findKind } from '../schema/registry.ts';
import { didYouMean } from '../schema/suggest.ts';
import type { Screen } from './base-command.ts';
import { columnsOf } from './output/object-tables.ts';
import { renderTable } from './output/table.ts';

/** The kind that a word means, as documents write it. Throws InvalidInput `USAGE`. */
export function kindNamed(word: string): string {
  const found = findKind(word);
  if (found) return found.kind;
  const names = allKinds().flatMap(({ kind, plural, shortNames }) => [kind, plural, ...shortNames]);
  throw new InvalidInput(`There is no kind "${word}"${didYouMean(word, names) || '.'}`, {
    code: 'USAGE',
    hint: `Kinds are ${allKinds()
      .map(({ plural }) => plural)
      .join(', ')}.`,
  });
}

export async function getOne(
  view: FleetView,
  kind: string,
  name: string,
  signal: AbortSignal,
): Promise<{ status: ObjectStatus; render: (screen: Screen) => string }> {
  const status = await view.get(keyOf(kind, name), signal);
  if (status !== undefined) {
    const { renderObject } = await import('./output/render-object.ts');
    return { status, render: (screen) => renderObject(status, screen, Date.now()) };
  }
  throw new InvalidInput(`There is no ${kind} named "${name}" with a status.`, {
    code: 'NOT_FOUND',
    hint: `intendant get ${kind.toLowerCase()} lists those that there are; one that was just pushed has a status in a moment.`,
  });
}

export async function getList(
  view: FleetView,
  kind: string,
  { cluster }: { cluster?: string | undefined },
  signal: AbortSignal,
): Promise<{ items: ObjectStatus[]; render: (screen: Screen) => string }> {
  const all = await view.list(kind, signal);
  const items = cluster === undefined ? all : all.filter((status) => status.cluster === cluster);
  return {
    items,
    render: ({ width, paint }) =>
      items.length === 0 ? `No ${kind} found.` : renderTable(items, columnsOf(kind, Date.now()), { width, paint }),
  };
}
