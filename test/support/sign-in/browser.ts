import { Hono } from 'hono';
import { systemClock } from '../../../reconciler/model/clock.ts';
import { viewApp } from '../../../reconciler/view/http/app.ts';
import type { ViewContext, ViewEnv } from '../../../reconciler/view/http/context.ts';
import type { SignIn } from '../../../reconciler/view/sign-in/sign-in.ts';
import { silentLog } from '../silent-log.ts';

const VIEW = 'https://view.example.org';

/** The view with a sign-in, in process; its pages say who asks. */
export function viewWith(signIn: SignIn): Hono<ViewEnv> {
  const context: Partial<ViewContext> = {
    clock: systemClock,
    log: silentLog,
    stopping: new AbortController().signal,
  };
  const dashboard = new Hono<ViewEnv>().all('*', (c) => c.json(c.get('principal')));
  return viewApp(context as ViewContext, { parts: { signIn, dashboard } });
}

/** What of a browser matters to a sign-in: it keeps cookies as they want to be kept, and follows nothing by itself. */
export class Browser {
  readonly #app: Hono<ViewEnv>;
  readonly #cookies = new Map<string, string>();

  constructor(app: Hono<ViewEnv>) {
    this.#app = app;
  }

  /** Opens a page of the view, by path or by its public address. */
  async get(target: string, headers: Record<string, string> = {}): Promise<Response> {
    const url = new URL(target, VIEW);
    if (url.origin !== VIEW) throw new Error(`not a page of the view: ${target}`);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = { accept: 'text/html', ...(cookie !== '' && { cookie }), ...headers };
    const peer = { remoteAddress: '192.0.2.1', tls: true };
    // As behind a proxy: the request that arrives does not have the public address.
    const response = await this.#app.request(
      `http://127.0.0.1:8000${url.pathname}${url.search}`,
      { headers: sent },
      { peer },
    );
    for (const each of response.headers.getSetCookie()) this.#keep(each);
    return response;
  }

  #keep(line: string): void {
    const [pair, ...attributes] = line.split('; ');
    const [name, value] = [pair!.slice(0, pair!.indexOf('=')), pair!.slice(pair!.indexOf('=') + 1)];
    if (name.startsWith('__Host-') && !(attributes.includes('Secure') && attributes.includes('Path=/'))) return;
    if (attributes.includes('Max-Age=0')) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}
