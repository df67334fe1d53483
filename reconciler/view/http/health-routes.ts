import { Hono } from 'hono';
import type { ViewContext, ViewEnv } from './context.ts';
import { Readiness } from './readiness.ts';

/**
 * `/healthz`: the process answers. `/readyz`: what it needs to answer about the fleet is there, or 503 and what is missing.
 * Both are asked by load balancers, without sign-in: they name neither versions nor addresses.
 */
export function healthRoutes(context: ViewContext): Hono<ViewEnv> {
  const app = new Hono<ViewEnv>();
  const readiness = new Readiness(context);
  app.get('/healthz', (c) => c.text('ok\n'));
  app.get('/readyz', async (c) => {
    const { missing, behind } = await readiness.report();
    const ready = missing.length === 0;
    return c.json({ ready, missing, behind }, ready ? 200 : 503, { 'cache-control': 'no-store' });
  });
  return app;
}
