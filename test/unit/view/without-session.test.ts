import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hono } from 'hono';
import { Transient } from '../../../reconciler/model/errors.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import type { StateStore } from '../../../reconciler/store/state-store.ts';
import type { Idle } from '../../../reconciler/view/fleet-view.ts';
import { socketRoutes } from '../../../reconciler/view/socket-routes.ts';
import { StoreView } from '../../../reconciler/view/store-view.ts';
import { passedThrough } from '../../support/crashing-store.ts';
import { heldHost } from '../../support/held-host.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { temporaryStore } from '../../support/temporary-store.ts';

const WAITING: Idle = { since: '2026-01-01T00:00:00.000Z', why: 'another daemon holds the fleet: b' };
const JO = { method: 'POST', body: JSON.stringify({ who: 'jo', why: 'smoke' }) };
let store: StateStore;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ store, remove } = await temporaryStore());
});
afterEach(() => remove());

function socket(over: StateStore, standing: { waiting: Idle | undefined; storeAway: Idle | undefined }): Hono {
  const clock = new ManualClock();
  const view = new StoreView({ store: over, fleet: 'f', clock, daemonLease: 'daemon' });
  const stopping = new AbortController().signal;
  return socketRoutes({ store: over, view, fleet: 'f', clock, holder: 'a', hint: () => undefined, standing, stopping });
}

const waiting = (): Hono => socket(store, { waiting: WAITING, storeAway: undefined });

describe('the socket of a daemon that waits for the fleet', () => {
  it('says what it waits for, and does not say that it lives as the one that acts', async () => {
    const info = (await (await waiting().request('/v1/info')).json()) as Record<string, unknown>;

    expect(info).toMatchObject({ from: 'socket', waiting: WAITING });
    expect(info.holder).not.toBe('a');
  });

  it('still pulls and lifts the brake of the fleet, and takes a claim away', async () => {
    await store.commit(heldHost());
    const app = waiting();

    const halted = await app.request('/v1/halt', JO);
    const pulled = await store.get(keys.halt);
    const lifted = await app.request('/v1/resume-all', { method: 'POST' });
    const released = await app.request('/v1/claims/web-1/release', JO);

    expect([halted.status, lifted.status, released.status]).toEqual([200, 200, 200]);
    expect(pulled?.value).toMatchObject({ who: 'jo', why: 'smoke' });
    expect(await store.get(keys.halt)).toBeUndefined();
    expect(await store.get(keys.claim('web-1'))).toBeUndefined();
  });
});

describe('the socket of a daemon whose store goes away before it has noticed', () => {
  it.each<[string, RequestInit | undefined]>([
    ['/v1/objects', undefined],
    ['/v1/claims', undefined],
    ['/v1/halt', JO],
    ['/v1/resume-all', { method: 'POST' }],
    ['/v1/claims/web-1/release', JO],
  ])('answers 503 to %s with what the store said', async (path, request) => {
    const away = (): never => {
      throw new Transient('etcd did not answer within 5s.', { code: 'STORE_UNAVAILABLE', hint: 'Look at etcd.' });
    };
    const broken: StateStore = { ...passedThrough(store), get: away, list: away, commit: away };

    const answer = await socket(broken, { waiting: undefined, storeAway: undefined }).request(path, request);

    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      error: { code: 'STORE_UNAVAILABLE', message: 'etcd did not answer within 5s.', hint: 'Look at etcd.' },
    });
  });
});
