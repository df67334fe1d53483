import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { releaseClaim } from '../../../reconciler/engine/release-claim.ts';
import type { Json } from '../../../reconciler/model/json.ts';
import type { Step } from '../../../reconciler/model/plan.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import type { StateStore } from '../../../reconciler/store/state-store.ts';
import { readClaims } from '../../../reconciler/view/claims.ts';
import { heldHost, journalEntry, operationRecord } from '../../support/held-host.ts';
import { passedThrough } from '../../support/crashing-store.ts';
import { temporaryStore } from '../../support/temporary-store.ts';

const NOW = Date.parse('2026-01-02T03:04:05.000Z');
const BY_JO = { who: 'jo@ops', why: 'the rack was moved' };
const SIGNAL = new AbortController().signal;
let store: StateStore;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ store, remove } = await temporaryStore());
});
afterEach(() => remove());

const value = async (key: string): Promise<Json | undefined> => (await store.get(key))?.value;
const journal = async (): Promise<Record<string, Json>> => {
  const { entries } = await store.list(keys.journal('op', 'web-1', ''));
  return Object.fromEntries(entries.map((entry) => [entry.key.split('/').at(-1)!, entry.value]));
};

describe('a claim that is released by hand', () => {
  it('in the middle of a step counts the host as failed and down, ends the step, and keeps who did it', async () => {
    await store.commit(heldHost({ journal: [journalEntry('connect', 0, 'succeeded'), journalEntry('reboot', 1)] }));

    const record = await releaseClaim(store, 'web-1', BY_JO, NOW);

    const outcome = {
      result: 'failed',
      reason: 'ReleasedByHand',
      message: 'released by jo@ops: the rack was moved',
      data: { down: true },
    };
    expect(await value(keys.claim('web-1'))).toBeUndefined();
    expect(await journal()).toMatchObject({
      '000-000-connect': { outcome: { result: 'succeeded' } },
      '000-001-reboot': { outcome },
      '000-003-verdict': { step: { verdict: outcome }, outcome },
    });
    expect(record).toMatchObject({
      host: 'web-1',
      owner: 'Operation/op',
      step: 'op.0.1-reboot',
      who: 'jo@ops',
      why: 'the rack was moved',
      releasedAt: '2026-01-02T03:04:05.000Z',
      claimedSince: '2026-01-01T00:00:00.000Z',
      holder: 'daemon-1',
    });
    expect((await readClaims(store, SIGNAL)).released).toEqual([record]);
  });

  it('names where the host is left out, also what an earlier round had taken it out of', async () => {
    const around = (side: string, neighbour: string): object => ({ side, takesOut: true, neighbour });
    const takeOut = journalEntry('takeOut', 1);
    const held = {
      ...takeOut,
      step: { ...takeOut.step, parameters: around('takeOut', 'hook pool') as Step['parameters'] },
    };
    const data = { out: { 'hook pager': 'yes' } };
    const verdict = { result: 'failed' as const, reason: 'R', message: 'm', data };
    const before = { ...journalEntry('verdict', 4), step: { ...journalEntry('verdict', 4).step, verdict } };
    const earlier = { ...before, round: -1, outcome: { ...verdict, at: '2026-01-01T00:00:00.000Z' } };
    await store.commit([
      ...heldHost({ journal: [held] }),
      { put: keys.journal('op', 'web-1', '-01-004-verdict'), value: earlier as unknown as Json },
    ]);

    await releaseClaim(store, 'web-1', BY_JO, NOW);

    const out = { 'hook pool': 'perhaps', 'hook pager': 'yes' };
    const [, told] = Object.entries(await journal()).find(([key]) => key === '000-003-verdict')!;
    expect(told).toMatchObject({
      outcome: { data: { down: true, out }, message: expect.stringContaining('hook pool') },
    });
  });

  it('between two steps leaves what is done as it is', async () => {
    await store.commit(heldHost({ journal: [journalEntry('connect', 0, 'succeeded')] }));

    const record = await releaseClaim(store, 'web-1', BY_JO, NOW);

    expect(record).not.toHaveProperty('step');
    expect(Object.keys(await journal())).toEqual(['000-000-connect', '000-003-verdict']);
  });

  it.each([
    ['is gone', undefined],
    ['has ended', operationRecord({ phase: 'Failed' })],
    ['never began', { ...operationRecord(), frozen: undefined }],
  ])('whose operation %s writes no outcome', async (_what, operation) => {
    await store.commit(heldHost({ operation, journal: [journalEntry('reboot', 1)] }));

    await releaseClaim(store, 'web-1', BY_JO, NOW);

    expect(await value(keys.claim('web-1'))).toBeUndefined();
    expect(await journal()).toEqual({ '000-001-reboot': journalEntry('reboot', 1) });
  });

  it('of a round before does not touch what the round in hand says', async () => {
    const later = { ...journalEntry('reboot', 1), round: 1 };
    await store.commit([
      ...heldHost({ journal: [] }),
      { put: keys.journal('op', 'web-1', '001-001-reboot'), value: later as unknown as Json },
    ]);

    await releaseClaim(store, 'web-1', BY_JO, NOW);

    expect((await journal())['001-001-reboot']).toEqual(later);
  });

  it('is refused without a reason, and where nobody holds the host', async () => {
    await store.commit(heldHost());

    const silent = releaseClaim(store, 'web-1', { who: 'jo', why: ' \u0007' }, NOW);
    const wrong = releaseClaim(store, 'web-2', BY_JO, NOW);

    await expect(silent).rejects.toMatchObject({ name: 'InvalidInput', code: 'REASON_MISSING' });
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidInput', code: 'NOT_CLAIMED' });
    expect(await value(keys.claim('web-1'))).toBeDefined();
  });

  it('looks again when the step ended in between, and takes over what it came to', async () => {
    await store.commit(heldHost({ journal: [journalEntry('reboot', 1)] }));
    const ended = journalEntry('reboot', 1, 'succeeded');
    const key = keys.journal('op', 'web-1', '000-001-reboot');
    let raced = false;
    const racing: StateStore = {
      ...passedThrough(store),
      async commit(writes, expectations, signal) {
        if (!raced) await store.commit([{ put: key, value: ended as unknown as Json }]);
        raced = true;
        return store.commit(writes, expectations, signal);
      },
    };

    await releaseClaim(racing, 'web-1', BY_JO, NOW);

    expect(await value(key)).toEqual(ended);
    expect(await value(keys.claim('web-1'))).toBeUndefined();
  });

  it('that keeps changing is given up with a sentence and nothing written', async () => {
    await store.commit(heldHost());
    const busy: StateStore = {
      ...passedThrough(store),
      commit: async (_writes, expectations = []) => ({ ok: false, failed: expectations[0]! }),
    };

    await expect(releaseClaim(busy, 'web-1', BY_JO, NOW)).rejects.toMatchObject({ code: 'STORE_CONTENDED' });
    expect(await value(keys.claim('web-1'))).toBeDefined();
  });
});
