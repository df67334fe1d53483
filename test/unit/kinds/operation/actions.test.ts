import { describe, expect, it } from 'vitest';
import { checkAction } from '../../../../reconciler/kinds/operation/actions/check.ts';
import { connectAction } from '../../../../reconciler/kinds/operation/actions/connect.ts';
import type { ActionContext } from '../../../../reconciler/kinds/operation/actions/context.ts';
import { proveAction } from '../../../../reconciler/kinds/operation/actions/prove.ts';
import { rebootAction } from '../../../../reconciler/kinds/operation/actions/reboot.ts';
import { runAction } from '../../../../reconciler/kinds/operation/actions/run.ts';
import { InvalidInput, Transient } from '../../../../reconciler/model/errors.ts';
import type { StepOutcome } from '../../../../reconciler/model/plan.ts';
import type { Facts } from '../../../../reconciler/hosts/facts.ts';
import { CommitInventory } from '../../../../reconciler/source/inventory/inventory.ts';
import { actionDeps, untilEnded } from '../../../support/action-deps.ts';
import { ScriptedHands } from '../../../support/scripted-hands.ts';

const unreachable = new Transient('connection refused', { code: 'HOST_UNREACHABLE' });
const keyChanged = new InvalidInput('another key', { code: 'HOST_KEY_CHANGED' });
const rebooting = { state: 'running', bootId: 'old', startedBoot: 'old', output: '' } as const;
const seen = (bootId: string): { facts: Facts; hostKey: string } => ({
  facts: { bootId, os: 'debian', osLike: '' } as Facts,
  hostKey: 'k',
});

/** Performs an action, moving the clock on until it ends. */
async function perform(
  action: (context: ActionContext) => Promise<StepOutcome>,
  hands: ScriptedHands,
  parameters: Record<string, unknown> = {},
  timeoutMs = 60_000,
): Promise<StepOutcome> {
  const deps = actionDeps(hands, () => CommitInventory.EMPTY);
  const step = {
    id: 'op.0.1-x',
    action: action === runAction ? 'run' : 'checkAfter',
    timeoutMs,
    round: 0,
    ordinal: 1,
    parameters: { bootId: 'old', digest: 'd', ...parameters },
  };
  const context = {
    step,
    deps,
    signal: new AbortController().signal,
    name: 'web-1',
    target: {},
  } as unknown as ActionContext;
  return untilEnded(deps.clock, action(context));
}

function hands(over: Partial<ScriptedHands>): ScriptedHands {
  return Object.assign(new ScriptedHands(), over);
}

describe('reboot', () => {
  it.each([
    ['started', { state: 'started', bootId: 'old' }],
    ['already running', { state: 'running', bootId: 'old', startedBoot: 'old', output: '' }],
    ['already rebooted', { state: 'boot-changed', bootId: 'new' }],
    ['interrupted by the reboot itself', { state: 'interrupted', bootId: 'new', startedBoot: 'old', output: '' }],
  ] as const)('is requested when the host says: %s', async (_name, sighting) => {
    expect(await perform(rebootAction, hands({ starts: [sighting] }))).toMatchObject({ result: 'succeeded' });
  });

  it('is asked again through a lost connection, leaving it to the host to refuse a second time', async () => {
    const scripted = hands({ starts: [{ lost: 'reset' }, unreachable, { state: 'boot-changed', bootId: 'new' }] });

    expect(await perform(rebootAction, scripted)).toMatchObject({ result: 'succeeded' });
    expect(scripted.asked).toEqual(['start', 'start', 'start']);
  });

  it('has failed when the host refuses, with the reason it gave', async () => {
    const refused = { state: 'done', bootId: 'old', startedBoot: 'old', exitCode: 1, output: 'inhibited' } as const;

    expect(await perform(rebootAction, hands({ starts: [refused] }))).toMatchObject({
      result: 'failed',
      reason: 'RebootRefused',
      message: expect.stringContaining('inhibited'),
    });
  });

  it('stops with how to go on where the host holds the record of another operation', async () => {
    expect(await perform(rebootAction, hands({ starts: [{ state: 'foreign', bootId: 'old' }] }))).toMatchObject({
      result: 'failed',
      reason: 'ForeignStep',
    });
  });

  it('ends at once on a changed host key', async () => {
    expect(await perform(rebootAction, hands({ starts: [keyChanged] }))).toMatchObject({
      result: 'failed',
      reason: 'HostKeyChanged',
    });
  });
});

describe('prove', () => {
  it('waits through the outage until the boot id is another', async () => {
    const scripted = hands({ facts_: [seen('old'), { lost: 'reset' }, unreachable, seen('new')], reads: [rebooting] });

    expect(await perform(proveAction, scripted)).toMatchObject({ result: 'succeeded', data: { bootId: 'new' } });
    expect(scripted.asked[0]).toBe('drop');
  });

  it('has failed when the host does not come back in time', async () => {
    expect(await perform(proveAction, hands({ facts_: [unreachable] }))).toMatchObject({
      result: 'failed',
      reason: 'NotBack',
    });
  });

  it('has failed when the host answers all the time under its old boot id', async () => {
    expect(await perform(proveAction, hands({ facts_: [seen('old')], reads: [rebooting] }))).toMatchObject({
      result: 'failed',
      reason: 'NotBack',
    });
  });
});

describe('a reboot that was refused late', () => {
  const place = { stepsRoot: '/begun/here' };
  const refused = { state: 'done', bootId: 'old', startedBoot: 'old', exitCode: 1, output: 'masked\u001b[2J' } as const;

  it('has failed at once, with what the record of the reboot says', async () => {
    const scripted = hands({ facts_: [seen('old')], reads: [refused] });

    expect(await perform(proveAction, scripted, place)).toMatchObject({
      result: 'failed',
      reason: 'RebootRefused',
      message: expect.stringMatching(/exit code 1: masked; .*raise spec\.retry$/),
    });
    expect(scripted.asked).toEqual(['drop', 'facts', 'read']);
    expect(scripted.places).toEqual([{ stepsRoot: '/begun/here', stepId: 'op.0.0-reboot', digest: 'd' }]);
  });

  it('is told from one that is on its way', async () => {
    const running = { state: 'running', bootId: 'old', startedBoot: 'old', output: '' } as const;
    const scripted = hands({ facts_: [seen('old'), seen('new')], reads: [running] });

    expect(await perform(proveAction, scripted, place)).toMatchObject({ result: 'succeeded', reason: 'Restarted' });
  });
});

describe('the folder of records that an intent names', () => {
  const run = { script: 'true', args: [], timeoutMs: 1000 };
  const exited = { state: 'done', bootId: 'old', startedBoot: 'old', exitCode: 0, output: '' } as const;

  it.each([
    [
      'is the one in which the script is looked for, whatever is configured now',
      { stepsRoot: '/begun/here' },
      '/begun/here',
    ],
    ['is the configured one where an older intent names none', {}, '/s'],
  ])('%s', async (_what, named, stepsRoot) => {
    const scripted = hands({ starts: [{ state: 'started', bootId: 'old' }], reads: [exited] });

    await perform(runAction, scripted, { ...run, ...named });

    const place = { stepsRoot, stepId: 'op.0.1-x', digest: 'd' };
    expect(scripted.places).toEqual([place, place]);
  });
});

describe('run', () => {
  const parameters = { script: 'true', args: [], timeoutMs: 1000 };
  const running = { state: 'running', bootId: 'old', startedBoot: 'old', output: '' } as const;
  const exited = (exitCode: number) =>
    ({ state: 'done', bootId: 'old', startedBoot: 'old', exitCode, output: 'out', droppedBytes: 3 }) as const;

  it('keeps exit code and output of the script', async () => {
    const scripted = hands({ starts: [{ state: 'started', bootId: 'old' }], reads: [running, exited(0)] });

    expect(await perform(runAction, scripted, parameters)).toMatchObject({
      result: 'succeeded',
      data: { exitCode: 0, output: 'out', droppedBytes: 3 },
    });
  });

  it.each([
    [3, 'ScriptFailed'],
    [124, 'ScriptTimedOut'],
  ])('has failed with exit code %i', async (exitCode, reason) => {
    const scripted = hands({ starts: [{ state: 'started', bootId: 'old' }], reads: [exited(exitCode)] });

    expect(await perform(runAction, scripted, parameters)).toMatchObject({
      result: 'failed',
      reason,
      data: { exitCode },
    });
  });

  it('re-attaches to a script that ran on while the connection was gone', async () => {
    const scripted = hands({
      starts: [{ state: 'started', bootId: 'old' }],
      reads: [{ lost: 'reset' }, unreachable, exited(0)],
    });

    expect(await perform(runAction, scripted, parameters)).toMatchObject({ result: 'succeeded' });
    expect(scripted.asked.filter((what) => what === 'start')).toHaveLength(1);
  });

  it('is never run again after the host was booted in the middle', async () => {
    const scripted = hands({
      starts: [{ state: 'boot-changed', bootId: 'new' }],
      reads: [{ state: 'interrupted', bootId: 'new', startedBoot: 'old', output: '' }],
    });

    expect(await perform(runAction, scripted, parameters)).toMatchObject({ result: 'failed', reason: 'Interrupted' });
  });

  it('is unknown, neither failed nor done, when the host stays away', async () => {
    const scripted = hands({ starts: [{ state: 'started', bootId: 'old' }], reads: [unreachable] });

    expect(await perform(runAction, scripted, parameters)).toMatchObject({
      result: 'unknown',
      reason: 'OutcomeUnknown',
    });
  });
});

describe('check', () => {
  const parameters = { name: 'http', command: ['curl'], timeoutMs: 1000, retries: 2, intervalMs: 1000 };

  it('passes on the first exit code 0, after its retries', async () => {
    const scripted = hands({ checks: [{ exitCode: 7, output: 'no' }, unreachable, { exitCode: 0, output: '' }] });

    expect(await perform(checkAction, scripted, parameters)).toMatchObject({ result: 'succeeded' });
  });

  it('fails with what it said when all tries did', async () => {
    const outcome = await perform(
      checkAction,
      hands({ checks: [{ exitCode: 7, output: 'refused\nmore' }] }),
      parameters,
    );

    expect(outcome).toMatchObject({
      result: 'failed',
      reason: 'CheckAfterFailed',
      message: 'check http failed: exit code 7: refused',
    });
  });
});

describe('connect', () => {
  it('tries once more after a lost connection, and finds the boot id', async () => {
    const scripted = hands({ facts_: [{ lost: 'stale' }, seen('b')] });

    expect(await perform(connectAction, scripted)).toMatchObject({
      result: 'succeeded',
      data: { bootId: 'b', stepsRoot: '/s' },
    });
  });

  it('is over in its time, as a host that did not answer and not as a fault of ours', async () => {
    const silent = Object.assign(new ScriptedHands(), {
      facts: (_target: unknown, signal: AbortSignal) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        }),
    });

    expect(await perform(connectAction, silent, {}, 30)).toMatchObject({
      result: 'failed',
      reason: 'HostUnreachable',
      message: 'web-1 did not answer within 30ms',
    });
  });

  it('tells a host that lets us in and does not answer from one that cannot be reached', async () => {
    const scripted = hands({ facts_: [{ lost: 'no answer within 5s', code: 'COMMAND_TIMED_OUT' }] });

    expect(await perform(connectAction, scripted)).toMatchObject({
      result: 'failed',
      reason: 'CommandTimedOut',
      message: expect.stringMatching(/^web-1: no answer within 5s\. .*load, memory and disks/),
    });
    expect(scripted.asked).toEqual(['facts', 'drop', 'facts', 'drop']);
  });

  it('says why the host cannot be reached', async () => {
    expect(await perform(connectAction, hands({ facts_: [keyChanged] }))).toMatchObject({
      result: 'failed',
      reason: 'HostKeyChanged',
    });
  });
});
