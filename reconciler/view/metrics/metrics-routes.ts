import { Hono } from 'hono';
import type { ViewContext, ViewEnv } from '../http/context.ts';
import { fleetSource, type FleetSourceOptions } from './fleet-source.ts';
import { loopLagSource } from './loop-lag.ts';
import type { Metrics } from './metrics.ts';
import { storeSource } from './store-source.ts';

/** `GET /metrics` as Prometheus reads it, of the fleet and of this process. To be mounted at that path. */
export function metrics(
  context: Pick<ViewContext, 'cache' | 'store' | 'clock' | 'stopping'>,
  gathered: Metrics,
  options: FleetSourceOptions = {},
): Hono<ViewEnv> {
  const { cache, store, clock, stopping } = context;
  const lag = loopLagSource(clock);
  stopping.addEventListener('abort', lag.stop, { once: true });
  for (const source of [fleetSource(cache, options), storeSource(store), lag.source]) gathered.source(source);
  const app = new Hono<ViewEnv>();
  app.get('/', async () => {
    const headers = { 'content-type': gathered.contentType, 'cache-control': 'no-store' };
    return new Response(await gathered.text(), { headers });
  });
  return app;
}
