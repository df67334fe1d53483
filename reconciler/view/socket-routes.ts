import { Hono, type Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { streamSSE } from 'hono/streaming';
import { isoTime, type Clock } from '../model/clock.ts';
import { asIntendantError, Transient, type Disposition } from '../model/errors.ts';
import type { ResourceKey } from '../model/resource.ts';
import { isKind, isName } from '../status/layout.ts';
import { keys } from '../store/keys.ts';
import type { Entry, StateStore } from '../store/state-store.ts';
import type { FleetInfo, Idle } from './fleet-view.ts';
import { handRoutes } from './hand-routes.ts';
import { sendProgress } from './progress.ts';
import { readSealed } from './sealed-journal.ts';
import { sendExport } from './send-export.ts';
import { asStatus, type StoreView } from './store-view.ts';

export interface SocketRoutesOptions {
  store: StateStore;
  view: StoreView;
  /** Name of the fleet. */
  fleet: string;
  clock: Clock;
  /** Name of this daemon. */
  holder: string;
  /** Looks at the repository now. A hint: it may be ignored, and nothing is taken from the caller. */
  hint: () => void;
  /** Whether this daemon acts and its store answers, looked at as it is read. Default: it does. */
  standing?: { readonly waiting: Idle | undefined; readonly storeAway: Idle | undefined };
  /** Ends long answers when the daemon stops. */
  stopping: AbortSignal;
}

/** Entries in one page. */
const PAGE = 500;

/**
 * What the daemon answers on its socket: reads, the hint to look now, and what a person may do by hand: stop everything,
 * and release a claim. Nothing here changes what the fleet should be.
 */
export function socketRoutes(options: SocketRoutesOptions): Hono {
  const { store, view, clock, holder, hint, standing, stopping } = options;
  const app = new Hono();

  app.get('/v1/*', async (c, next) => {
    const away = standing?.storeAway;
    // Said at once: whoever asks would wait for the store's deadline, question after question.
    if (away && c.req.path !== '/v1/progress') throw storeAway(away);
    await next();
  });

  app.get('/v1/info', async (c) => {
    const now = isoTime(clock.now());
    const info: FleetInfo = {
      ...(await view.info(c.req.raw.signal)),
      from: 'socket',
      asOf: now,
      ...(standing?.waiting ? { waiting: standing.waiting } : { heartbeat: now, holder }),
    };
    return c.json(info);
  });

  app.get('/v1/objects', async (c) => {
    const kind = c.req.query('kind');
    if (kind !== undefined && !isKind(kind)) throw notFound(`There is no kind ${quote(kind)}.`);
    const prefix = kind === undefined ? keys.objects : `${keys.objects}${kind}/`;
    return c.json(await page(c, store, prefix, asStatus));
  });

  app.get('/v1/objects/:kind/:name', async (c) => {
    const { kind, name } = c.req.param();
    const key: ResourceKey = `${kind}/${name}`;
    const known = isKind(kind) && isName(name);
    const status = known ? await view.get(key, c.req.raw.signal) : undefined;
    if (!status) throw notFound(`There is no ${quote(kind)} named ${quote(name)} with a status.`);
    return c.json(status);
  });

  app.get('/v1/diagnostics', async (c) => c.json(await view.diagnostics(c.req.raw.signal)));

  app.get('/v1/operations/:name/journal', async (c) => {
    const name = operation(c);
    const prefix = keys.journalOf(name);
    const sealed = await readSealed(store, name, c.req.raw.signal);
    if (sealed) return c.json({ items: sealed });
    return c.json(await page(c, store, prefix, (entry) => stepOf(entry, prefix)));
  });

  app.get('/v1/operations/:name/output/:host', async (c) => {
    const host = c.req.param('host');
    if (!isName(host)) throw notFound(`There is no host named ${quote(host)}.`);
    const prefix = keys.output(operation(c), host, '');
    return c.json(await page(c, store, prefix, (entry) => stepOf(entry, prefix)));
  });

  app.post('/v1/hint/reconcile', (c) => {
    hint();
    return c.json({ accepted: true }, 202);
  });

  handRoutes(app, { store, clock });

  app.get('/v1/store/export', (c) => sendExport(c, options));

  app.get('/v1/progress', (c) => streamSSE(c, (stream) => sendProgress(stream, { store, clock, stopping })));

  app.notFound((c) => c.json(problem('NOT_FOUND', `There is nothing at ${quote(c.req.path)}.`), 404));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json(problem('NOT_FOUND', error.message), error.status);
    const { code, message, hint: advice, disposition } = asIntendantError(error);
    return c.json(problem(code, message, advice), STATUS_OF[disposition] ?? 500);
  });
  return app;
}

const STATUS_OF: Partial<Record<Disposition, 409 | 503>> = { InvalidInput: 409, Transient: 503 };

interface Page {
  items: unknown[];
  /** Pass as `after` for the next page; absent = that was all. */
  next?: string;
}

async function page(c: Context, store: StateStore, prefix: string, item: (entry: Entry) => unknown): Promise<Page> {
  const after = c.req.query('after');
  const asked = Number(c.req.query('limit') ?? PAGE);
  const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, PAGE) : PAGE;
  const inside = after?.startsWith(prefix) ? { after } : {};
  const found = await store.list(prefix, { ...inside, limit }, c.req.raw.signal);
  return { items: found.entries.map(item), ...(found.next === undefined ? {} : { next: found.next }) };
}

/** `<host>/<step>` below the prefix, or `<step>` where the prefix names the host, beside what is stored there. */
function stepOf(entry: Entry, prefix: string): { step: string; value: unknown } {
  return { step: entry.key.slice(prefix.length), value: entry.value };
}

function operation(c: Context): string {
  const name = c.req.param('name') ?? '';
  if (!isName(name)) throw notFound(`There is no operation named ${quote(name)}.`);
  return name;
}

function storeAway({ since, why }: Idle): Transient {
  return new Transient(`The daemon runs, but nothing new begins: its store has not answered since ${since}. ${why}`, {
    code: 'STORE_UNAVAILABLE',
    hint: 'It goes on by itself as soon as the store answers; steps in hand end on their hosts.',
  });
}

function notFound(message: string): HTTPException {
  return new HTTPException(404, { message });
}

function problem(
  code: string,
  message: string,
  hint?: string,
): { error: { code: string; message: string; hint?: string } } {
  return { error: { code, message, ...(hint !== undefined && { hint }) } };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
