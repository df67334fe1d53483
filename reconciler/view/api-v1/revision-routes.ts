import type { Context, Hono } from 'hono';
import type { Change } from '../../model/plan.ts';
import type { ResourceKey } from '../../model/resource.ts';
import { signalOf, type ViewContext, type ViewEnv } from '../http/context.ts';
import type { RevisionEntry } from '../http/git-reading.ts';
import { json, jsonText, missing } from './answers.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { linkTo } from './list-route.ts';
import { invalid, quoted, readLimit, readQuery } from './query.ts';

/** Commits in one page. */
const COMMITS = 100;
/** Commits that are looked through for one page of a history: what is left comes with the next. */
const LOOKED_THROUGH = 500;
const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** One commit that changed an object. */
export type HistoryEntry = Omit<RevisionEntry, 'changes'> & { change: Change };

/** The commits of the config branch. */
export function revisionRoutes(app: Hono<ViewEnv>, context: ViewContext): void {
  app.get('/revisions', async (c) => {
    const query = readQuery(c, { once: ['limit', 'cursor'] });
    const limit = readLimit(query, COMMITS);
    const before = readCommit(query.one('cursor'), 'revisions');
    const entries = await context.revisions.list(
      { limit: limit + 1, ...(before !== undefined && { before }) },
      signalOf(c, context),
    );
    const items = entries.slice(0, limit);
    return page(c, { items }, entries.length > limit ? writeCursor(items.at(-1)!.commit, 'revisions') : undefined);
  });

  app.get('/revisions/:commit', async (c) => {
    readQuery(c, {});
    const commit = c.req.param('commit');
    const entry = COMMIT.test(commit) ? await context.revisions.get(commit, signalOf(c, context)) : undefined;
    return entry ? json(c, entry) : missing(`The clone has no commit ${quoted(commit)}.`);
  });
}

/** The commits that changed one object, newest first. None of one that never was. */
export async function historyAnswer(c: Context<ViewEnv>, key: ResourceKey, context: ViewContext): Promise<Response> {
  const query = readQuery(c, { once: ['limit', 'cursor'] });
  const limit = readLimit(query, COMMITS);
  const signal = signalOf(c, context);
  let before = readCommit(query.one('cursor'), key);
  const items: HistoryEntry[] = [];
  let looked = 0;
  while (looked < LOOKED_THROUGH) {
    const entries = await context.revisions.list({ limit: COMMITS, ...(before !== undefined && { before }) }, signal);
    for (const { changes, ...entry } of entries) {
      looked += 1;
      before = entry.commit;
      const change = changes?.find((each) => each.key === key);
      if (change) items.push({ ...entry, change });
      if (items.length === limit) return page(c, { key, items }, writeCursor(before, key));
    }
    if (entries.length < COMMITS) return page(c, { key, items }, undefined);
  }
  return page(c, { key, items }, before && writeCursor(before, key));
}

function page(c: Context<ViewEnv>, body: object, next: string | undefined): Response {
  if (next === undefined) return json(c, body);
  return jsonText(c, () => JSON.stringify({ ...body, next }), { headers: { link: linkTo(c, next) } });
}

function readCommit(cursor: string | undefined, query: string): string | undefined {
  const commit = readCursor(cursor, query);
  if (commit !== undefined && !COMMIT.test(commit)) {
    throw invalid('BAD_CURSOR', 'The cursor is none that was given here.', 'Begin again without one.');
  }
  return commit;
}
