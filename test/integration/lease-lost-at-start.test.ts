import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAEMON_LEASE, startReconciler } from '../../reconciler/main.ts';
import { openStore } from '../../reconciler/store/open-store.ts';
import type { Lease, StateStore } from '../../reconciler/store/state-store.ts';
import { eventually } from '../support/eventually.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';

describe('a daemon that loses its lease before it has begun', () => {
  let scenario: Scenario;

  beforeEach(async () => {
    scenario = await startScenario({ clusters: { web: 1 } });
  });
  afterEach(async () => {
    await scenario.stop();
  });

  it('takes it anew and goes on', async () => {
    const config = await scenario.config();
    const said: string[] = [];
    const note = (_: unknown, message: string): void => void said.push(message);
    const running = await startReconciler(config, {
      log: { info: note, warn: note },
      openStore: async (settings, options) => losingItsFirstLease(await openStore(settings, options)),
    });

    try {
      await eventually(() => said.filter((message) => message === 'this is the daemon of the fleet').length === 2, {
        timeoutMs: 20_000,
      });
      await scenario.untilHosts(scenario.hosts('web'), 'active');
    } finally {
      await running.stop();
    }

    expect(said.filter((message) => message.startsWith('the daemon stops acting'))).toHaveLength(1);
    await expect(running.done).resolves.toBeUndefined();
  }, 60_000);
});

/** The first holding of the daemon's lease is lost with the first thing that is read under it. */
function losingItsFirstLease(store: StateStore): StateStore {
  const lost = new AbortController();
  let holdings = 0;
  const lease = async (name: string, holder: string, ttlMs: number, signal: AbortSignal): Promise<Lease> => {
    const held = await store.lease(name, holder, ttlMs, signal);
    if (name !== DAEMON_LEASE) return held;
    holdings += 1;
    if (holdings > 1) return held;
    return { token: held.token, lost: lost.signal, held: () => !lost.signal.aborted, release: () => held.release() };
  };
  const get: StateStore['get'] = async (key, signal) => {
    if (holdings === 1) lost.abort(new Error('its key was removed or taken over'));
    signal?.throwIfAborted();
    return store.get(key, signal);
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'lease') return lease;
      if (name === 'get') return get;
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
}
