import type { Hono } from 'hono';
import { splitKey } from '../../model/resource.ts';
import { readClaims } from '../claims.ts';
import { signalOf, type ViewContext, type ViewEnv } from '../http/context.ts';
import { assessHealth, type Health } from '../health.ts';
import type { FleetInfo } from '../fleet-view.ts';
import { json } from './answers.ts';
import { readQuery } from './query.ts';

/** The fleet as a whole. */
export interface FleetOverview {
  info: FleetInfo;
  health: Health;
  /** Why the desired side is older than the accepted revision, or missing. */
  behind?: string;
  /** How many objects of each kind have which status: `Host`, `active`, 17. */
  objects: Record<string, Record<string, number>>;
}

/** What is known of the fleet as a whole, its diagnostics, and who holds which host. */
export function fleetRoutes(app: Hono<ViewEnv>, context: ViewContext): void {
  app.get('/fleet', async (c) => {
    readQuery(c, {});
    return json(c, await overview(context, signalOf(c, context)));
  });

  app.get('/diagnostics', async (c) => {
    readQuery(c, {});
    return json(c, await context.view.diagnostics(signalOf(c, context)));
  });

  app.get('/claims', async (c) => {
    readQuery(c, {});
    return json(c, await readClaims(context.store, signalOf(c, context)));
  });
}

async function overview(context: ViewContext, signal: AbortSignal): Promise<FleetOverview> {
  const { view, cache, clock, desired } = context;
  const [info, diagnostics] = await Promise.all([view.info(signal), view.diagnostics(signal)]);
  const statuses = cache.list().map(({ status }) => status);
  const objects: FleetOverview['objects'] = {};
  for (const { key, status } of statuses) {
    const counts = (objects[splitKey(key).kind] ??= {});
    counts[status] = (counts[status] ?? 0) + 1;
  }
  const health = assessHealth({ info, objects: statuses, diagnostics, nowMs: clock.now() });
  return { info, health, ...(desired.behind !== undefined && { behind: desired.behind }), objects };
}
