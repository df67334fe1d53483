import { describe, expect, it } from 'vitest';
import { socketRoutes } from '../../../reconciler/view/socket-routes.ts';
import type { StoreView } from '../../../reconciler/view/store-view.ts';
import type { StateStore } from '../../../reconciler/store/state-store.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('the socket of a daemon whose store does not answer', () => {
  it.each(['/v1/info', '/v1/objects', '/v1/operations/op/journal', '/v1/store/export'])(
    'answers 503 to %s at once, without asking the store',
    async (path) => {
      const asked = (): never => {
        throw new Error('the store was asked');
      };
      const store = { get: asked, list: asked, leaseHolder: asked, snapshot: asked } as unknown as StateStore;
      const away = { since: '2026-01-01T00:00:00.000Z', why: 'no route' };
      const app = socketRoutes({
        store,
        view: { info: asked } as unknown as StoreView,
        fleet: 'f',
        clock: new ManualClock(),
        holder: 'd',
        hint: () => undefined,
        standing: { waiting: undefined, storeAway: away },
        stopping: new AbortController().signal,
      });

      const answer = await app.request(path);

      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({
        error: { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('has not answered since 2026-01-01') },
      });
    },
  );
});
