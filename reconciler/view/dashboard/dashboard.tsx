import { Hono, type Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Child } from 'hono/jsx';
import { isoTime } from '../../model/clock.ts';
import { asIntendantError } from '../../model/errors.ts';
import { signalOf, type ViewContext, type ViewEnv } from '../http/context.ts';
import { readAssets, type Assets } from './assets.ts';
import { paths } from './links.ts';
import { ClusterPage } from './pages/cluster.tsx';
import { DiagnosticsPage } from './pages/diagnostics.tsx';
import { FleetPage } from './pages/fleet.tsx';
import { HostPage } from './pages/host.tsx';
import { OperationPage } from './pages/operation.tsx';
import { OperationsPage } from './pages/operations.tsx';
import { PlanPage } from './pages/plan.tsx';
import { RevisionsPage } from './pages/revisions.tsx';
import { SearchPage } from './pages/search.tsx';
import { TroublePage } from './pages/trouble.tsx';
import { Layout, type PageFrame, type Theme } from './parts/layout.tsx';
import { readCluster } from './read/cluster.ts';
import { readFleet } from './read/fleet.ts';
import { readHostModel } from './read/host.ts';
import { readOperation } from './read/operation.ts';
import { readOperations } from './read/operations.ts';
import { readPlan, readRevisions } from './read/git.ts';
import { searchHosts } from './read/search.ts';
import { readStanding, type Standing } from './read/standing.ts';
import { render } from './render.ts';
import { sendHtml } from './respond.ts';
import { sendAsset } from './send-asset.ts';

export interface DashboardOptions {
  /** Styles and scripts. Default: those beside this file, read at the first page. */
  assets?: Assets;
}

type PageOf = Pick<PageFrame, 'title' | 'section' | 'watch' | 'query'>;

/**
 * The pages for people. Everything is rendered here; the scripts only fetch pages anew and move the focus. Ends with a page for
 * every path that nobody has.
 */
export function dashboard(context: ViewContext, options: DashboardOptions = {}): Hono<ViewEnv> {
  const app = new Hono<ViewEnv>();
  const assets = (): Assets => options.assets ?? readAssets();
  const now = (): number => context.clock.now();
  const standingFor = (c: Context<ViewEnv>): Promise<Standing> => readStanding(context, signalOf(c, context));

  app.get('/assets/:version/:name', (c) => sendAsset(c, assets()) ?? c.text('There is no such file.\n', 404));

  app.get('/', async (c) => {
    const standing = await standingFor(c);
    const model = readFleet(context, standing);
    const body = <FleetPage model={model} info={standing.info} nowMs={now()} />;
    return page(c, standing, { title: 'Fleet', section: 'fleet', watch: ['*'] }, body);
  });

  app.get('/clusters/:name', async (c) => {
    const name = c.req.param('name');
    const standing = await standingFor(c);
    const model = readCluster(name, context, standing);
    if (!model) return missing(c, standing, 'cluster', name);
    const watch = [`Cluster/${name}`, 'Host/', 'Operation/'];
    return page(c, standing, { title: name, section: 'fleet', watch }, <ClusterPage model={model} nowMs={now()} />);
  });

  app.get('/hosts/:name', async (c) => {
    const name = c.req.param('name');
    const [standing, model] = await Promise.all([standingFor(c), readHostModel(name, context, signalOf(c, context))]);
    if (!model) return missing(c, standing, 'host', name);
    const { commit } = context.desired.inventory;
    const body = <HostPage model={model} commit={commit} nowMs={now()} />;
    return page(c, standing, { title: name, section: 'fleet', watch: [`Host/${name}`, 'Operation/'] }, body);
  });

  app.get('/operations', async (c) => {
    const body = <OperationsPage operations={readOperations(context)} nowMs={now()} />;
    return page(c, await standingFor(c), { title: 'Operations', section: 'operations', watch: ['Operation/'] }, body);
  });

  app.get('/operations/:name', async (c) => {
    const name = c.req.param('name');
    const [standing, model] = await Promise.all([standingFor(c), readOperation(name, context, signalOf(c, context))]);
    if (!model) return missing(c, standing, 'operation', name);
    const body = <OperationPage model={model} nowMs={now()} />;
    return page(c, standing, { title: name, section: 'operations', watch: [`Operation/${name}`] }, body);
  });

  app.get('/plan', async (c) => {
    const model = await readPlan(c.req.query('ref') ?? '', context, signalOf(c, context));
    return page(c, await standingFor(c), { title: 'Plan', section: 'plan' }, <PlanPage model={model} />);
  });

  app.get('/revisions', async (c) => {
    const before = c.req.query('before');
    const [standing, model] = await Promise.all([standingFor(c), readRevisions(before, context, signalOf(c, context))]);
    const watch = before === undefined ? ['Fleet/'] : undefined;
    const body = <RevisionsPage model={model} info={standing.info} nowMs={now()} />;
    return page(c, standing, { title: 'Revisions', section: 'revisions', watch }, body);
  });

  app.get('/diagnostics', async (c) => {
    const standing = await standingFor(c);
    const body = <DiagnosticsPage list={standing.diagnostics} info={standing.info} />;
    return page(c, standing, { title: 'Diagnostics', section: 'diagnostics', watch: ['Fleet/'] }, body);
  });

  app.get('/search', async (c) => {
    const model = searchHosts(context, c.req.query('q') ?? '', c.req.query('state') ?? '');
    if (model.exact !== undefined) return c.redirect(paths.host(model.exact), 303);
    const frame = { title: 'Search', section: 'fleet', query: model.query, watch: ['Host/'] } as const;
    return page(c, await standingFor(c), frame, <SearchPage model={model} />);
  });

  app.get('*', async (c) =>
    trouble(c, await standingFor(c), 404, 'There is no such page', 'The address is of nothing that this view shows'),
  );

  app.onError(async (thrown, c) => {
    const error = asIntendantError(thrown);
    const isOurs = error.disposition === 'Bug';
    if (isOurs) context.log.warn({ err: error, path: c.req.path }, 'a page could not be made');
    const text = isOurs ? 'What happened stands in the log of the server' : error.message;
    const status = error.disposition === 'InvalidInput' ? 400 : isOurs ? 500 : 503;
    return trouble(c, await standingFor(c), status, 'This page cannot be shown now', text, 'intendant status');
  });

  function missing(c: Context<ViewEnv>, standing: Standing, kind: string, name: string): Promise<Response> {
    const text = `Neither the config repository nor the live state knows a ${kind} with the name ${JSON.stringify(name.slice(0, 80))}. It may have been removed, or be in a branch that is not merged yet`;
    return trouble(c, standing, 404, `There is no such ${kind}`, text, `intendant get ${kind}s`);
  }

  function trouble(
    c: Context<ViewEnv>,
    standing: Standing,
    status: number,
    title: string,
    text: string,
    command?: string,
  ): Promise<Response> {
    return page(c, standing, { title }, <TroublePage title={title} text={text} command={command} />, status);
  }

  async function page(
    c: Context<ViewEnv>,
    { diagnostics: { diagnostics, total }, revision }: Standing,
    about: PageOf,
    body: Child,
    status = 200,
  ): Promise<Response> {
    const findings = { total, errors: diagnostics.some(({ severity }) => severity === 'error') };
    const frame = {
      ...about,
      now: isoTime(now()),
      revision,
      assets: assets(),
      fleet: context.fleet,
      principal: c.get('principal'),
      theme: themeOf(c),
      findings,
    };
    return sendHtml(c, await render(<Layout frame={frame}>{body}</Layout>), status);
  }

  return app;
}

/** What `browser/theme-button.ts` keeps. */
function themeOf(c: Context<ViewEnv>): Theme | undefined {
  const kept = getCookie(c, 'intendant-theme');
  return kept === 'light' || kept === 'dark' ? kept : undefined;
}
