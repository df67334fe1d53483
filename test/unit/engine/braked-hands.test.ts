import { describe, expect, it } from 'vitest';
import { brakedHands } from '../../../reconciler/engine/braked-hands.ts';
import type { StepStart } from '../../../reconciler/hosts/guarded-step.ts';
import type { CommandPurpose, HostHands } from '../../../reconciler/hosts/host.ts';
import type { HostTarget } from '../../../reconciler/hosts/transport.ts';
import { abortReason } from '../../../reconciler/model/clock.ts';
import { Waiting } from '../../../reconciler/model/errors.ts';
import { ScriptedHands } from '../../support/scripted-hands.ts';

const target = { name: 'web-1' } as HostTarget;
const step: StepStart = { stepsRoot: '/s', stepId: 'a', digest: 'd', action: { kind: 'reboot' }, timeoutSeconds: 1 };

class FakeBrake {
  halted = false;
  readonly #pulled = new AbortController();
  readonly pulled = this.#pulled.signal;

  pull(): void {
    this.halted = true;
    this.#pulled.abort(new Waiting('The brake was pulled.', { code: 'HALTED' }));
  }

  refuseWhilePulled(): void {
    if (this.halted) throw new Waiting('Nothing begins.', { code: 'HALTED' });
  }
}

/** Hands whose starts wait until they are told to give up, as one does that waits for a connection. */
class WaitingHands extends ScriptedHands {
  override startStep(_target: HostTarget, _step: StepStart, signal?: AbortSignal): Promise<never> {
    this.asked.push('start');
    return new Promise((_resolve, reject) =>
      signal?.addEventListener('abort', () => reject(abortReason(signal)), { once: true }),
    );
  }
}

describe('hands under the brake', () => {
  it('begin nothing while it is pulled, whatever purpose they act for, and go on observing', async () => {
    const hands = new ScriptedHands();
    hands.reads = [{ state: 'absent', bootId: 'b' }];
    const brake = new FakeBrake();
    brake.pull();
    const braked = brakedHands(hands, brake);
    const acting = braked.actingFor({ operation: 'op', step: 's', round: 0 });
    const { signal } = new AbortController();

    for (const each of [braked, acting]) {
      await expect(each.startStep(target, step, signal)).rejects.toMatchObject({ name: 'Waiting', code: 'HALTED' });
    }
    await acting.readStep(target, step, signal);
    acting.drop('web-1');

    expect(hands.asked).toEqual(['read', 'drop']);
  });

  it('give up a start that still waits when it is pulled, and say that it was the brake', async () => {
    const hands = new WaitingHands();
    const brake = new FakeBrake();
    const starting = brakedHands(hands, brake).startStep(target, step, new AbortController().signal);

    brake.pull();

    await expect(starting).rejects.toMatchObject({ name: 'Waiting', code: 'HALTED' });
    expect(hands.asked).toEqual(['start']);
  });

  it('say what else ended a start: the daemon that stops, or the host', async () => {
    const stop = new AbortController();
    const starting = brakedHands(new WaitingHands(), new FakeBrake()).startStep(target, step, stop.signal);
    const refusing = new ScriptedHands();
    refusing.starts = [new Error('no route')];

    stop.abort(new Error('the daemon stops'));

    await expect(starting).rejects.toThrow('the daemon stops');
    const refused = brakedHands(refusing, new FakeBrake()).startStep(target, step, new AbortController().signal);
    await expect(refused).rejects.toThrow('no route');
  });

  it('pass the purpose on', () => {
    const purposes: CommandPurpose[] = [];
    const hands: HostHands = new ScriptedHands();
    hands.actingFor = (purpose) => {
      purposes.push(purpose);
      return hands;
    };

    brakedHands(hands, new FakeBrake()).actingFor({ operation: 'op', step: 's', round: 2 });

    expect(purposes).toEqual([{ operation: 'op', step: 's', round: 2 }]);
  });
});
