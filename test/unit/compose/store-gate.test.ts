import { describe, expect, it } from 'vitest';
import { StoreGate } from '../../../reconciler/compose/store-gate.ts';
import type { Json } from '../../../reconciler/model/json.ts';
import type { Inventory } from '../../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import { renderFleet } from '../../../reconciler/status/render-fleet.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import type { Mirror } from '../../../reconciler/store/mirror.ts';
import type { MetaRecord } from '../../../reconciler/store/records.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryBranch, MemoryRemote } from '../../support/memory-branch.ts';
import { MemoryLive } from '../../support/memory-live.ts';
import { silentLog } from '../../support/silent-log.ts';
import { metaRecord } from '../../support/statuses.ts';

const REF = 'refs/heads/intendant/status';
const SIGNAL = new AbortController().signal;
const inventory = { keys: () => [], get: () => undefined } as unknown as Inventory;

/** A store with this identity before a branch that was written from one with that; undefined: there is no branch. */
async function rig(meta: MetaRecord, branch: MetaRecord | string | undefined, once = false) {
  const live = new MemoryLive();
  await live.commit([{ put: keys.meta, value: meta as unknown as Json }]);
  const remote = new MemoryRemote();
  const told = { fleet: 'prod', version: '0.1.0', heartbeatAt: 0, heartbeatMs: 1000, revision: undefined, halts: [] };
  const write = (of: MetaRecord | string): unknown =>
    remote.pushFile(REF, 'fleet.yaml', typeof of === 'string' ? of : renderFleet({ ...told, meta: of }));
  if (branch !== undefined) write(branch);
  const counted = { opened: 0 };
  const warned: string[] = [];
  const gate = new StoreGate({
    open: () => {
      counted.opened += 1;
      return new MemoryBranch(remote);
    },
    live: live as unknown as Mirror,
    fleet: 'prod',
    clock: new ManualClock(),
    log: { ...silentLog, warn: ({ err }) => warned.push(String((err as Error).message)) },
    once,
  });
  const shown = (): ObjectStatus | undefined => live.get(keys.object('Fleet/prod')) as unknown as ObjectStatus;
  return { live, remote, counted, warned, gate, write, shown };
}

const ours = metaRecord({ epoch: 2, sequence: 5 });
const scribble = 'fleet: [\n';

describe('the gate before everything that acts', () => {
  it.each<[string, MetaRecord, MetaRecord | string | undefined]>([
    ['there is no branch', ours, undefined],
    ['the branch speaks of this very store', ours, ours],
    ['the branch has not yet heard of our last write', ours, { ...ours, sequence: 4 }],
    ['the branch is from before we were adopted', ours, { ...ours, epoch: 1, sequence: 9 }],
    ['somebody scribbled on a branch that we wrote', ours, scribble],
  ])('opens where %s, and does not look again', async (_what, meta, branch) => {
    const { gate, counted, shown } = await rig(meta, branch);

    const opened = [await gate.look(inventory, SIGNAL), await gate.look(inventory, SIGNAL)];

    expect(opened).toEqual([true, true]);
    expect(counted.opened).toBe(1);
    expect(shown()).toBeUndefined();
  });

  it.each<[string, MetaRecord, MetaRecord | string, RegExp]>([
    ['the branch speaks of another store', ours, { ...ours, id: 'other' }, /another one .*Nothing is done/],
    ['the branch has heard more than we hold', ours, { ...ours, sequence: 6 }, /a copy from before/],
    ['the branch is from a later epoch', ours, { ...ours, epoch: 3, sequence: 0 }, /a copy from before/],
    ['the branch is of a later version', ours, 'format: 99\n', /format 99/],
    ['a store that never wrote meets what cannot be read', metaRecord(), scribble, /fleet\.yaml/],
  ])('stays shut where %s, and the Fleet says so', async (_what, meta, branch, sentence) => {
    const { gate, shown } = await rig(meta, branch);

    expect(await gate.look(inventory, SIGNAL)).toBe(false);

    expect(shown()).toMatchObject({ status: 'stalled' });
    expect(
      shown()!
        .conditions.map(({ type, status }) => `${type} ${status}`)
        .sort(),
    ).toEqual(['Ready False', 'Stalled True']);
    for (const { reason, message } of shown()!.conditions) {
      expect(reason).toBe('StoreLost');
      expect(message).toMatch(sentence);
    }
  });

  it('opens once the branch speaks of this store again, and writes what it says only when that is new', async () => {
    const { gate, live, write } = await rig(ours, { ...ours, sequence: 6 });

    const first = [await gate.look(inventory, SIGNAL), await gate.look(inventory, SIGNAL)];
    const commits = live.commits.length;
    write(ours);

    expect(first).toEqual([false, false]);
    expect(commits).toBe(2);
    expect(await gate.look(inventory, SIGNAL)).toBe(true);
  });

  it('puts into the log once what keeps it shut, and again when that has changed', async () => {
    const { gate, warned, write } = await rig(ours, { ...ours, sequence: 6 });

    await gate.look(inventory, SIGNAL);
    await gate.look(inventory, SIGNAL);
    write({ ...ours, id: 'other' });
    await gate.look(inventory, SIGNAL);

    expect(warned).toEqual([
      expect.stringContaining('a copy from before'),
      expect.stringContaining('The store is another one'),
    ]);
  });

  it('throws what keeps it shut where nobody would wait for it', async () => {
    const { gate, shown } = await rig(ours, { ...ours, id: 'other' }, true);

    await expect(gate.look(inventory, SIGNAL)).rejects.toMatchObject({ name: 'InvalidInput', code: 'STORE_LOST' });
    expect(shown()).toBeUndefined();
  });

  it('throws when the branch cannot be read, and stays shut', async () => {
    const { gate, remote } = await rig(ours, ours);
    remote.unreachable = true;

    await expect(gate.look(inventory, SIGNAL)).rejects.toMatchObject({ disposition: 'Transient' });
    remote.unreachable = false;
    expect(await gate.look(inventory, SIGNAL)).toBe(true);
  });
});
