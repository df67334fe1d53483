import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { systemClock } from '../../../reconciler/model/clock.ts';
import { openEmbeddedStore } from '../../../reconciler/store/embedded-store.ts';
import { socketRoutes } from '../../../reconciler/view/socket-routes.ts';
import { StoreView } from '../../../reconciler/view/store-view.ts';
import { demand, type Target } from '../target.ts';
import { requestOf } from './request-text.ts';

let routes: Hono | undefined;

/** The daemon's socket: a first line `METHOD PATH`, then header lines, an empty line and a body. */
export const socketTarget: Target = {
  name: 'socket-routes',
  async read(input) {
    routes ??= await openRoutes();
    const request = requestOf(input);
    if (!request) return;
    const response = await routes.request(request);
    await response.body?.cancel();
    demand(response.status < 500, `status ${response.status} for ${request.method} ${request.url}`);
  },
};

async function openRoutes(): Promise<Hono> {
  const folder = mkdtempSync(join(process.env.INTENDANT_FUZZ_FOLDER ?? tmpdir(), 'fuzz-store-'));
  const store = await openEmbeddedStore({ folder, clock: systemClock });
  const status = { key: 'Host/web-1', status: 'active', conditions: [], detail: {} };
  const journal = 'journal/restart-web/web-1/000-000-connect';
  await store.commit([
    { put: 'objects/Host/web-1', value: status },
    { put: journal, value: { format: 1, round: 0 } },
  ]);
  const view = new StoreView({ store, fleet: 'f', clock: systemClock, daemonLease: 'daemon' });
  const stopping = AbortSignal.abort();
  return socketRoutes({ store, view, fleet: 'f', clock: systemClock, holder: 'd', hint: () => undefined, stopping });
}
