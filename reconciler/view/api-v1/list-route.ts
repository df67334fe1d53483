import type { Context } from 'hono';
import { kindDefinition } from '../../../schema/registry.ts';
import { splitKey } from '../../model/resource.ts';
import type { ViewContext, ViewEnv } from '../http/context.ts';
import { jsonText } from './answers.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector.ts';
import { invalid, quoted, rawQuery, readLimit, readQuery, type Query } from './query.ts';
import { listResources, listTag } from './resource-list.ts';
import { resourceText, resourceView, type Listed } from './resource-view.ts';

/** Objects in one page, where the client does not ask for fewer. */
export const PAGE = 500;

/** Objects of one kind, or (`''`) of all or of those that `?kind=` names, page by page. */
export function listAnswer(c: Context<ViewEnv>, kind: string, context: ViewContext): Response {
  const once = ['limit', 'cursor', 'selector', ...(kind === '' ? ['kind'] : [])];
  const query = readQuery(c, { once, many: ['field'] });
  const limit = readLimit(query, PAGE);
  const isMeant = selection(query);
  const asked = askedFor(kind, query);
  const after = readCursor(query.one('cursor'), asked);
  const kinds = kindsOf(query);
  const objects = kinds?.length === 1 ? kinds[0]! : kind;
  const tag = listTag(objects, context);
  let found = listResources(objects, context);
  if (kinds && kinds.length !== 1) found = found.filter(({ key }) => kinds.includes(splitKey(key).kind));
  if (isMeant) found = found.filter(isMeant);
  const from = after === undefined ? 0 : firstAfter(found, after);
  const items = found.slice(from, from + limit);
  const isLast = from + limit >= found.length;
  const next = isLast ? undefined : writeCursor(items.at(-1)!.key, asked);
  const tail = next === undefined ? '' : `,"next":${JSON.stringify(next)}`;
  const text = (): string => `{"items":[${items.map(resourceText).join(',')}],"total":${found.length}${tail}}`;
  return jsonText(c, text, { tag, headers: next === undefined ? {} : { link: linkTo(c, next) } });
}

/** The header that leads to the next page, with everything else as it was asked. */
export function linkTo(c: Context<ViewEnv>, cursor: string): string {
  const query = rawQuery(c);
  query.set('cursor', cursor);
  return `<${new URL(c.req.url).pathname}?${query.toString()}>; rel="next"`;
}

function selection(query: Query): ((listed: Listed) => boolean) | undefined {
  const selector = query.one('selector');
  const fields = query.all('field');
  const labels = selector === undefined ? undefined : parseLabelSelector(selector);
  const field = fields.length === 0 ? undefined : parseFieldSelector(fields);
  if (!labels && !field) return undefined;
  return (listed) =>
    (labels?.(listed.desired?.metadata.labels ?? {}) ?? true) && (field?.(resourceView(listed)) ?? true);
}

function askedFor(kind: string, query: Query): string {
  return JSON.stringify([kind, query.one('kind'), query.one('selector'), query.all('field')]);
}

/** Undefined: whatever the path says. Throws InvalidInput `BAD_KIND`. */
function kindsOf(query: Query): string[] | undefined {
  const text = query.one('kind');
  if (text === undefined) return undefined;
  const kinds = [...new Set(text.split(','))];
  for (const kind of kinds) {
    if (!kindDefinition(kind))
      throw invalid(
        'BAD_KIND',
        `There is no kind ${quoted(kind)}.`,
        'Kinds are written as in documents: Host,Cluster.',
      );
  }
  return kinds;
}

/** Index of the first object after a key, which need not be there any more. */
function firstAfter(sorted: readonly Listed[], after: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.key <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
