import { isoTime } from '../../model/clock.ts';
import { Hono, type Context } from 'hono';
import type { Child } from 'hono/jsx';
import { signalOf, type ViewContext, type ViewEnv } from '../http/context.ts';
import { readAssets, type Assets } from './assets.ts';
import { FleetPage } from './pages/fleet.tsx';
import { Layout, type PageFrame } from './parts/layout.tsx';
import { readFleet } from './read/fleet.ts';
import { readStanding, type Standing } from './read/standing.ts';
import { render } from './render.ts';
import { sendHtml } from './respond.ts';
import { sendAsset } from './send-asset.ts';

export interface DashboardOptions {
  /** Styles and scripts. Default: those beside this file, read at the first page. */
  assets?: Assets;
}

/** The pages for people. Everything is rendered here; the scripts only fetch pages anew and move the focus. */
export function dashboard(context: ViewContext, options: DashboardOptions = {}): Hono<ViewEnv> {
  const app = new Hono<ViewEnv>();
  const assets = (): Assets => options.assets ?? readAssets();

  app.get('/assets/:version/:name', (c) => sendAsset(c, assets()) ?? c.notFound());

  app.get('/', async (c) => {
    const standing = await readStanding(context, signalOf(c, context));
    const model = readFleet(context, standing);
    return page(
      c,
      standing,
      { title: 'Fleet', section: 'fleet', watch: ['*'] },
      <FleetPage model={model} info={standing.info} nowMs={context.clock.now()} />,
    );
  });

  async function page(
    c: Context<ViewEnv>,
    { diagnostics: { diagnostics, total } }: Standing,
    frame: Pick<PageFrame, 'title' | 'section' | 'watch' | 'query'>,
    body: Child,
    status = 200,
  ): Promise<Response> {
    const findings = { total, errors: diagnostics.some(({ severity }) => severity === 'error') };
    const whole = {
      ...frame,
      now: isoTime(context.clock.now()),
      assets: assets(),
      fleet: context.fleet,
      principal: c.get('principal'),
      findings,
    };
    return sendHtml(c, await render(<Layout frame={whole}>{body}</Layout>), status);
  }

  return app;
}
