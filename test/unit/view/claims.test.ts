import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../reconciler/model/json.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import type { StateStore } from '../../../reconciler/store/state-store.ts';
import { readClaims, type ClaimView } from '../../../reconciler/view/claims.ts';
import { heldHost, journalEntry, operationRecord, type HeldHost } from '../../support/held-host.ts';
import { temporaryStore } from '../../support/temporary-store.ts';

const SIGNAL = new AbortController().signal;
let store: StateStore;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ store, remove } = await temporaryStore());
});
afterEach(() => remove());

async function claimOf(held: HeldHost): Promise<ClaimView> {
  await store.commit(heldHost(held));
  const { claims } = await readClaims(store, SIGNAL);
  expect(claims).toHaveLength(1);
  return claims[0]!;
}

describe('claims as people see them', () => {
  it('are none in a store without any', async () => {
    expect(await readClaims(store, SIGNAL)).toEqual({ claims: [], released: [] });
  });

  it('say who holds a host since when, and what is done there', async () => {
    const journal = [journalEntry('connect', 0, 'succeeded'), journalEntry('reboot', 1)];

    const claim = await claimOf({ journal });

    expect(claim).toEqual({
      host: 'web-1',
      owner: 'Operation/op',
      phase: 'Running',
      round: 0,
      since: '2026-01-01T00:00:00.000Z',
      holder: 'daemon-1',
      step: { id: 'op.0.1-reboot', summary: 'do reboot', startedAt: '2026-01-01T00:00:00.000Z', open: true },
      why: 'do reboot',
      orphaned: false,
    });
  });

  it.each<[string, HeldHost, string]>([
    ['before the first step', {}, 'about to begin'],
    ['between two steps', { journal: [journalEntry('connect', 0, 'succeeded')] }, 'between steps, after: do connect'],
  ])('say what comes %s', async (_when, held, why) => {
    expect((await claimOf(held)).why).toBe(why);
  });

  it('say why the operation waits', async () => {
    const suspended = { type: 'Suspended', status: 'True', reason: 'Halted', message: 'halted by jo: \u001b[1msmoke' };
    const status = { key: 'Operation/op', status: 'Suspended', conditions: [suspended], detail: {} };
    await store.commit([{ put: keys.object('Operation/op'), value: status as unknown as Json }]);

    expect((await claimOf({})).why).toBe('about to begin; halted by jo: smoke');
  });

  it.each<[string, HeldHost, string]>([
    ['gone', { operation: undefined }, 'its operation is gone'],
    ['over', { operation: operationRecord({ phase: 'Cancelled' }) }, 'its operation has ended (Cancelled)'],
  ])('say what to type when the operation is %s', async (_what, held, sentence) => {
    expect(await claimOf(held)).toMatchObject({
      orphaned: true,
      why: `${sentence}; type: intendant claims release web-1 --reason TEXT`,
    });
  });

  it('speak of the round that holds the host, and not of one before', async () => {
    const entry = { ...journalEntry('reboot', 1), round: 1 };

    expect(await claimOf({ journal: [entry] })).not.toHaveProperty('step');
  });

  it('tell the newest twenty of those that were released', async () => {
    const at = (n: number): string => new Date(Date.parse('2026-01-01T00:00:00Z') + n * 1000).toISOString();
    await store.commit(
      Array.from({ length: 25 }, (_, n) => ({
        put: keys.released(`web-${n % 5}`, at(n)),
        value: { format: 1, host: `web-${n % 5}`, releasedAt: at(n) },
      })),
    );

    const { released } = await readClaims(store, SIGNAL);

    expect(released.map(({ releasedAt }) => releasedAt)).toEqual(Array.from({ length: 20 }, (_, n) => at(24 - n)));
  });
});
