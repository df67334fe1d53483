import type { Context, Hono } from 'hono';
import { isName } from '../../status/layout.ts';
import { keys } from '../../store/keys.ts';
import { signalOf, type ViewContext, type ViewEnv } from '../http/context.ts';
import { entriesBelow } from '../store-view.ts';
import { json, jsonText, missing } from './answers.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { journalPage } from './host-journal.ts';
import { linkTo } from './list-route.ts';
import { quoted, readLimit, readQuery } from './query.ts';
import { findResource } from './resource-list.ts';

/** Hosts in one page of a journal. */
const HOSTS = 500;

/** What an operation did: its steps by host, and what they printed. */
export function operationRoutes(app: Hono<ViewEnv>, context: ViewContext): void {
  app.get('/operations/:name/journal', async (c) => {
    const query = readQuery(c, { once: ['limit', 'cursor'] });
    const limit = readLimit(query, HOSTS);
    const name = c.req.param('name');
    const asked = `journal of ${name}`;
    const after = readCursor(query.one('cursor'), asked);
    const page = isName(name)
      ? await journalPage(context.store, name, { after: isHost(after), limit }, signalOf(c, context))
      : undefined;
    if (!page) return noOperation(name);
    const { last, ...rest } = page;
    if (last === undefined) return json(c, rest);
    const next = writeCursor(last, asked);
    return jsonText(c, () => JSON.stringify({ ...rest, next }), { headers: { link: linkTo(c, next) } });
  });

  app.get('/operations/:name/output/:host', async (c) => outputAnswer(c, context));
}

async function outputAnswer(c: Context<ViewEnv>, context: ViewContext): Promise<Response> {
  readQuery(c, {});
  const { name = '', host = '' } = c.req.param() as Record<string, string>;
  if (!isName(name) || !findResource(`Operation/${name}`, context)) return noOperation(name);
  if (!isName(host)) return missing(`There is no host ${quoted(host)}.`);
  const prefix = keys.output(name, host, '');
  const items: { step: string; output: string }[] = [];
  for await (const { key, value } of entriesBelow(context.store, prefix, signalOf(c, context))) {
    items.push({ step: key.slice(prefix.length), output: typeof value === 'string' ? value : JSON.stringify(value) });
  }
  return json(c, { operation: name, host, items });
}

/** A cursor that was tampered with leads nowhere. */
function isHost(after: string | undefined): string | undefined {
  return after !== undefined && isName(after) ? after : undefined;
}

function noOperation(name: string): Response {
  return missing(`There is no operation ${quoted(name)}.`);
}
