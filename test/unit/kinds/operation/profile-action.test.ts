import { describe, expect, it } from 'vitest';
import type { KindDeps } from '../../../../reconciler/kinds/context.ts';
import type { ActionContext } from '../../../../reconciler/kinds/operation/actions/context.ts';
import { compareAction, confirmAction } from '../../../../reconciler/kinds/operation/actions/profile.ts';
import type { SeenHost } from '../../../../reconciler/hosts/profile/seen.ts';
import type { Json, JsonObject } from '../../../../reconciler/model/json.ts';
import type { StepOutcome } from '../../../../reconciler/model/plan.ts';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import { commitFiles, documentOf } from '../../../support/inventory.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { MemoryLive } from '../../../support/memory-live.ts';
import { ScriptedHands } from '../../../support/scripted-hands.ts';
import { seenHost } from '../../../support/seen-host.ts';
import { silentLog } from '../../../support/silent-log.ts';

/** What the host's record says that we brought, when half of it is still there. */
const LEFT: Partial<SeenHost> = {
  inventory: [{ kind: 'package', name: 'htop', before: 'absent' }],
  packages: new Map([['htop', true]]),
};

/** An action on a host of a cluster without a profile. `profile`: what is remembered of the one that it had. */
async function perform(
  action: (context: ActionContext) => Promise<StepOutcome>,
  seen: Partial<SeenHost>,
  { profile = { applied: 'a1' }, parameters = {} }: { profile?: object; parameters?: JsonObject } = {},
): Promise<StepOutcome> {
  const live = new MemoryLive();
  const facts = { os: 'debian', osVersion: '12', family: 'apt' };
  const remembered = { profile: 'p1', wanted: 'w1', changes: [], total: 0, removals: 0, ...profile };
  const record: Json = { format: 1, address: '192.0.2.1', port: 22, misses: 0, facts, profile: remembered };
  await live.commit([{ put: keys.record('Host/web-1'), value: record }]);
  const { inventory } = commitFiles(new InventoryBuilder(), 'c1', {
    'web.yaml': documentOf('Cluster', 'web', {}),
    'web-1.yaml': documentOf('Host', 'web-1', { cluster: 'web', address: '192.0.2.1' }),
  });
  const hands = Object.assign(new ScriptedHands(), { looks: [{ seen: seenHost(seen) }] });
  const deps = { live, hands, clock: new ManualClock(), stepsRoot: '/s', inventory: () => inventory, log: silentLog };
  const step = { id: 'op.0.1-x', action: 'x', timeoutMs: 60_000, round: 0, ordinal: 1, parameters };
  const context = {
    step,
    deps: deps as unknown as KindDeps,
    signal: new AbortController().signal,
    name: 'web-1',
    target: {},
  };
  return action(context as unknown as ActionContext);
}

describe('a host whose profile was taken away', () => {
  it('has lost all of it once nothing of ours is left there', async () => {
    expect(await perform(confirmAction, {})).toMatchObject({ result: 'succeeded', reason: 'Applied' });
  });

  it('has not while something of ours is still there', async () => {
    expect(await perform(confirmAction, LEFT)).toMatchObject({ result: 'failed', reason: 'NotApplied' });
  });

  it('is searched for what is left of a profile that was never brought about whole', async () => {
    expect(await perform(compareAction, LEFT, { profile: {} })).toMatchObject({
      result: 'succeeded',
      data: { differs: true, changes: ['package htop: remove'] },
    });
  });

  it('needs nothing done where it has nothing of ours', async () => {
    expect(await perform(compareAction, {}, { parameters: { profile: 'none' } })).toMatchObject({
      result: 'succeeded',
      message: 'nothing to change',
      data: { differs: false },
    });
  });

  it('is skipped when somebody asks for a profile that there is none of', async () => {
    expect(await perform(compareAction, {})).toMatchObject({ result: 'skipped', reason: 'NoProfile' });
  });
});
