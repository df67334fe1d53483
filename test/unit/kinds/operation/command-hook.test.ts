import { describe, expect, it } from 'vitest';
import type { StepStart } from '../../../../reconciler/hosts/guarded-step.ts';
import type { HostTarget } from '../../../../reconciler/hosts/transport.ts';
import { commandHook } from '../../../../reconciler/kinds/operation/neighbours/command-hook.ts';
import { applyOperationStep } from '../../../../reconciler/kinds/operation/actions/apply.ts';
import { stepsOf } from '../../../../reconciler/kinds/operation/pipeline.ts';
import { Transient } from '../../../../reconciler/model/errors.ts';
import type { JsonObject } from '../../../../reconciler/model/json.ts';
import type { Step, StepOutcome } from '../../../../reconciler/model/plan.ts';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import type { OperationSpec } from '../../../../schema/generated/types.ts';
import { actionDeps, untilEnded } from '../../../support/action-deps.ts';
import { commitFiles, documentOf } from '../../../support/inventory.ts';
import { ScriptedHands } from '../../../support/scripted-hands.ts';

const unreachable = new Transient('connection refused', { code: 'HOST_UNREACHABLE' });
const done = (exitCode: number) => ({ state: 'done', bootId: 'b', startedBoot: 'b', exitCode, output: '' }) as const;

/** Hands that keep where a step was started, and with what. */
class HelperHands extends ScriptedHands {
  readonly started: { host: string; step: StepStart }[] = [];

  override async startStep(target: HostTarget, step: StepStart) {
    this.started.push({ host: target.name, step });
    return super.startStep(target, step);
  }
}

function stepOf(action: string, over: JsonObject = {}): Step {
  const settings = {
    name: 'pool',
    host: 'lb-1',
    before: { command: ['off', '{host}', 'http://[{address}]/{other}'], timeout: '20s', alreadyOutExitCode: 42 },
    after: { command: ['on', '{host}'] },
  } as unknown as JsonObject;
  const neighbours = [{ type: 'command-hook', name: 'hook pool of cluster web', settings }];
  const spec = { type: 'run', script: 'true', target: { cluster: 'web' } } as OperationSpec;
  const step = stepsOf('op', { spec, digest: 'd', neighbours }, 'web-1', 0).find((one) => one.action === action)!;
  return { ...step, parameters: { ...step.parameters, address: '2001:db8::7:22', ...over } };
}

async function perform(step: Step, hands: ScriptedHands, helper = 'lb-1'): Promise<StepOutcome> {
  const { inventory } = commitFiles(new InventoryBuilder(), 'c1', {
    'hosts.yaml': documentOf('Host', helper, { address: '192.0.2.9' }),
  });
  const deps = actionDeps(hands, () => inventory);
  return untilEnded(deps.clock, applyOperationStep(step, deps, new AbortController().signal));
}

describe('a command hook', () => {
  it('runs on its helper, by words in which name and address of the host are filled in, also when the host is gone', async () => {
    const hands = Object.assign(new HelperHands(), { starts: [{ state: 'started', bootId: 'b' }], reads: [done(0)] });

    const outcome = await perform(stepOf('takeOut'), hands);

    expect(outcome).toMatchObject({ result: 'succeeded', message: 'taken out' });
    const [{ host, step }] = hands.started as [{ host: string; step: StepStart }];
    expect(host).toBe('lb-1');
    expect(step).toMatchObject({ stepId: expect.stringMatching(/^op\.0\.\d+-takeout\.web-1$/), timeoutSeconds: 20 });
    expect(step.bootId).toBeUndefined();
    expect(step.action).toMatchObject({ args: ['off', 'web-1', 'http://[2001:db8::7]/{other}'] });
  });

  it.each<[string, Partial<ScriptedHands>, object]>([
    ['ends with another exit code', { starts: [done(1)] }, { result: 'failed', reason: 'TakeOutFailed' }],
    ['is killed after its time', { starts: [done(124)] }, { result: 'failed', reason: 'TakeOutTimedOut' }],
    ['cannot be seen any more', { starts: [{ lost: 'reset' }, unreachable] }, { result: 'unknown' }],
    [
      'was interrupted',
      { starts: [{ state: 'interrupted', bootId: 'b', startedBoot: 'b', output: '' }] },
      { result: 'failed', reason: 'Interrupted' },
    ],
  ])('may have had effect when it %s', async (_how, script, expected) => {
    const outcome = await perform(stepOf('takeOut'), Object.assign(new ScriptedHands(), script));

    expect(outcome).toMatchObject({
      ...expected,
      message: expect.stringContaining('hook pool of cluster web on lb-1'),
    });
    expect(outcome.data?.tookOut).toBeUndefined();
  });

  it.each<[string, Partial<ScriptedHands>, object]>([
    ['says that it was out before', { starts: [done(42)] }, { result: 'succeeded', reason: 'AlreadyOut' }],
    [
      'never began for want of room',
      { starts: [{ state: 'error', message: 'No space left' }] },
      { reason: 'DiskFull' },
    ],
    ['is not ours', { starts: [{ state: 'foreign', bootId: 'b' }] }, { reason: 'ForeignStep' }],
  ])('has taken nobody out when it %s', async (_how, script, expected) => {
    const outcome = await perform(stepOf('takeOut'), Object.assign(new ScriptedHands(), script));

    expect(outcome).toMatchObject({ ...expected, data: { tookOut: false } });
  });

  it('looks at the helper first, and keeps nothing of it that could be taken for the host', async () => {
    const away = await perform(stepOf('reachHelper'), Object.assign(new ScriptedHands(), { facts_: [unreachable] }));
    const facts = [{ facts: { bootId: 'helper', os: 'debian', osLike: '' }, hostKey: 'k' }];
    const there = await perform(stepOf('reachHelper'), Object.assign(new ScriptedHands(), { facts_: facts }));

    expect(away).toMatchObject({ result: 'failed', reason: 'HostUnreachable' });
    expect(away.message).toContain('hook pool of cluster web');
    expect(there.result).toBe('succeeded');
    expect(there.data).toBeUndefined();
  });

  it('names a record for each side, host and operation of its own', () => {
    const records = ['takeOut', 'putBack'].flatMap((action) =>
      ['web-1', 'web-2'].map(
        (host) => commandHook.recordOf!({ ...stepOf(action), target: `Host/${host}` }, '/s').place,
      ),
    );

    expect(new Set(records.map(({ stepId }) => stepId)).size).toBe(4);
    expect(new Set(records.map(({ digest }) => digest)).size).toBe(4);
  });
});
