import { describe, expect, it } from 'vitest';
import type { KindDeps } from '../../../../reconciler/kinds/context.ts';
import { applyOperationStep } from '../../../../reconciler/kinds/operation/actions/apply.ts';
import { nextHostStep } from '../../../../reconciler/kinds/operation/pipeline.ts';
import type { Facts } from '../../../../reconciler/hosts/facts.ts';
import type { JournalRecord, Step, StepOutcome } from '../../../../reconciler/model/plan.ts';
import type { Inventory } from '../../../../reconciler/model/resource.ts';
import type { HostSpec, OperationSpec } from '../../../../schema/generated/types.ts';
import { actionDeps } from '../../../support/action-deps.ts';
import { ScriptedHands } from '../../../support/scripted-hands.ts';

const restart: OperationSpec = { type: 'restart', target: { cluster: 'web' } };

/** One host, whose document can be changed between the steps of an operation. */
class Moving {
  host: HostSpec = { address: '10.0.0.1' };
  readonly hands = new ScriptedHands();
  readonly entries: JournalRecord[] = [];
  readonly #deps: KindDeps;

  constructor() {
    this.hands.facts_ = [{ facts: { bootId: 'old-machine', os: 'debian', osLike: '' } as Facts, hostKey: 'k' }];
    const inventory = {
      get: (key: string) => (key === 'Host/web-1' ? { spec: this.host } : undefined),
      keys: () => [],
    };
    this.#deps = actionDeps(this.hands, () => inventory as unknown as Inventory);
  }

  /** Performs the next step and journals how it ended. */
  async step(): Promise<[Step, StepOutcome]> {
    const step = nextHostStep('op', { spec: restart, digest: 'd' }, 'web-1', 0, this.entries)!;
    const outcome = step.verdict ?? (await applyOperationStep(step, this.#deps, new AbortController().signal));
    const at = '2026-01-01T00:00:00.000Z';
    this.entries.push({ format: 1, round: 0, step, startedAt: at, outcome: { ...outcome, at } });
    return [step, outcome];
  }
}

describe('a host whose address is changed while an operation has it in hand', () => {
  it('is not taken as restarted because another machine answers with another boot id', async () => {
    const world = new Moving();
    await world.step();
    world.host = { address: '10.0.0.2' };
    world.hands.facts_ = [{ facts: { bootId: 'new-machine', os: 'debian', osLike: '' } as Facts, hostKey: 'k' }];
    world.hands.starts = [{ state: 'boot-changed', bootId: 'new-machine' }];

    const [step, outcome] = await world.step();
    const [, verdict] = await world.step();

    expect(step.action).toBe('reboot');
    expect(outcome).toMatchObject({ result: 'failed', reason: 'HostMoved' });
    expect(outcome.message).toContain('10.0.0.1:22');
    expect(verdict).toMatchObject({ result: 'failed', reason: 'HostMoved' });
    expect(world.hands.asked).toEqual(['facts']);
  });

  it('is not proven by another machine after the reboot was asked for', async () => {
    const world = new Moving();
    world.hands.starts = [{ state: 'started', bootId: 'old-machine' }];
    await world.step();
    await world.step();
    world.host = { address: '10.0.0.1', port: 2222 };
    world.hands.facts_ = [{ facts: { bootId: 'new-machine', os: 'debian', osLike: '' } as Facts, hostKey: 'k' }];

    const [step, outcome] = await world.step();

    expect(step.action).toBe('prove');
    expect(outcome).toMatchObject({ result: 'failed', reason: 'HostMoved' });
  });

  it('is restarted as ever when other fields of it change', async () => {
    const world = new Moving();
    world.hands.starts = [{ state: 'started', bootId: 'old-machine' }];
    await world.step();
    world.host = { address: '10.0.0.1', description: 'the first' };
    await world.step();
    world.hands.facts_ = [{ facts: { bootId: 'after', os: 'debian', osLike: '' } as Facts, hostKey: 'k' }];

    expect((await world.step())[1]).toMatchObject({ result: 'succeeded', reason: 'Restarted' });
  });
});
