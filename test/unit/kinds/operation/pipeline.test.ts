import { describe, expect, it } from 'vitest';
import { nextHostStep } from '../../../../reconciler/kinds/operation/pipeline.ts';
import type { JournalRecord, Step, StepOutcome } from '../../../../reconciler/model/plan.ts';
import type { OperationSpec } from '../../../../schema/generated/types.ts';

const restart: OperationSpec = {
  type: 'restart',
  target: { cluster: 'web' },
  checks: { before: [{ command: ['true'] }], after: [{ command: ['curl', 'localhost'] }] },
};
const cancelled: StepOutcome = { result: 'skipped', reason: 'Cancelled', message: 'cancelled' };

function next(entries: JournalRecord[], stop?: StepOutcome, spec = restart): Step | undefined {
  return nextHostStep('op', { spec, digest: 'd1' }, 'web-1', 0, entries, stop);
}

function ended(step: Step, result: StepOutcome['result'] = 'succeeded', data = {}): JournalRecord {
  const at = '2026-01-01T00:00:00.000Z';
  return { format: 1, round: 0, step, startedAt: at, outcome: { result, reason: 'R', message: 'm', data, at } };
}

/** Plays the pipeline to its end; `fates` names the action that does not succeed. */
function play(
  spec: OperationSpec,
  fates: Record<string, StepOutcome['result']> = {},
  stopAfter?: string,
): { actions: string[]; verdict: StepOutcome } {
  const entries: JournalRecord[] = [];
  const actions: string[] = [];
  let stop: StepOutcome | undefined;
  for (;;) {
    const step = next(entries, stop, spec)!;
    if (step.verdict) return { actions, verdict: step.verdict };
    actions.push(step.action);
    entries.push(ended(step, fates[step.action], step.action === 'connect' ? { bootId: 'boot-1' } : {}));
    if (step.action === stopAfter) stop = cancelled;
  }
}

describe('nextHostStep', () => {
  it('connects, checks, reboots, proves and checks again, in this order', () => {
    expect(play(restart)).toEqual({
      actions: ['connect', 'checkBefore', 'reboot', 'prove', 'checkAfter'],
      verdict: expect.objectContaining({ result: 'succeeded' }),
    });
  });

  it('binds the boot id that connect found into the intent of the reboot', () => {
    const connect = ended(next([])!, 'succeeded', { bootId: 'boot-1' });
    const check = ended(next([connect])!);

    expect(next([connect, check])).toMatchObject({
      action: 'reboot',
      idempotent: false,
      parameters: { bootId: 'boot-1', digest: 'd1' },
    });
  });

  it('binds the folder of records that connect found into the intents of the reboot and of its proof', () => {
    const connect = ended(next([])!, 'succeeded', { bootId: 'boot-1', stepsRoot: '/begun/here' });
    const check = ended(next([connect])!);
    const reboot = next([connect, check])!;

    const prove = next([connect, check, ended(reboot)])!;

    expect([reboot, prove].map(({ parameters }) => parameters.stepsRoot)).toEqual(['/begun/here', '/begun/here']);
  });

  it('gives an open intent again exactly as it was written, so that it is re-attached', () => {
    const open: JournalRecord = { format: 1, round: 0, step: next([])!, startedAt: '2026-01-01T00:00:00.000Z' };

    expect(next([open])).toBe(open.step);
    expect(next([open], cancelled)).toBe(open.step);
  });

  it('skips a host that was not reached before it was touched', () => {
    expect(play(restart, { connect: 'failed' })).toMatchObject({
      actions: ['connect'],
      verdict: { result: 'skipped' },
    });
  });

  it('fails a host that did not come back, and says that it is down', () => {
    expect(play(restart, { prove: 'failed' }).verdict).toMatchObject({ result: 'failed', data: { down: true } });
  });

  it('fails a host whose check before fails, without touching it', () => {
    const { actions, verdict } = play(restart, { checkBefore: 'failed' });

    expect(actions).not.toContain('reboot');
    expect(verdict).toMatchObject({ result: 'failed', data: { down: false } });
  });

  it('counts an unknown outcome as failed, never as done', () => {
    expect(play(restart, { reboot: 'unknown' }).verdict.result).toBe('failed');
  });

  it('stops a cancelled host before it is touched, and finishes one that was', () => {
    expect(play(restart, {}, 'checkBefore')).toMatchObject({
      actions: ['connect', 'checkBefore'],
      verdict: { result: 'skipped', reason: 'Cancelled' },
    });
    expect(play(restart, {}, 'reboot').actions).toEqual(['connect', 'checkBefore', 'reboot', 'prove', 'checkAfter']);
  });

  it('has nothing left after the verdict', () => {
    const verdict = next([ended(next([])!, 'failed')])!;

    expect(next([ended(next([])!, 'failed'), ended(verdict)])).toBeUndefined();
  });

  it('gives every step of an operation its own id, safe as a folder name and the same after a crash', () => {
    const connect = next([])!;
    const again = next([])!;

    expect(again).toEqual(connect);
    expect(connect.id).toMatch(/^[a-z0-9.-]+$/);
    expect(next([ended(connect)])!.id).not.toBe(connect.id);
  });

  it('runs a script between its checks for an operation of type run', () => {
    expect(play({ type: 'run', target: { cluster: 'web' }, script: 'true' }).actions).toEqual(['connect', 'run']);
  });
});
