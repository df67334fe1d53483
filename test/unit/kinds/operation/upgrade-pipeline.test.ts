import { describe, expect, it } from 'vitest';
import { nextHostStep } from '../../../../reconciler/kinds/operation/pipeline.ts';
import type { JournalRecord, Step, StepOutcome } from '../../../../reconciler/model/plan.ts';
import type { OperationSpec } from '../../../../schema/generated/types.ts';

const target = { cluster: 'web' };
const checks = { after: [{ command: ['healthy'] }] };
const upgrade = (over: object = {}): OperationSpec => ({ type: 'upgrade', target, checks, ...over });
const deploy = (over: object = {}): OperationSpec => ({ type: 'deploy', target, version: '41.1', checks, ...over });

interface Host {
  family?: string;
  os?: string;
  /** What the look for a required reboot finds. */
  needed?: boolean;
  /** The step that does not succeed, by its name and how often it has succeeded before. */
  fails?: (step: Step, before: number) => boolean;
}

/** Plays one host to its end: a boot id for every reboot that is proven. */
function play(spec: OperationSpec, host: Host): { steps: Step[]; actions: string[]; verdict: StepOutcome } {
  const entries: JournalRecord[] = [];
  const steps: Step[] = [];
  let boot = 1;
  for (;;) {
    const step = nextHostStep('op', { spec, digest: 'd' }, 'web-1', 0, entries)!;
    if (step.verdict) return { steps, actions: steps.map(({ action }) => action), verdict: step.verdict };
    const before = steps.filter(({ action }) => action === step.action).length;
    const result = host.fails?.(step, before) ? 'failed' : 'succeeded';
    const at = '2026-01-01T00:00:00.000Z';
    const outcome = { result, reason: 'R', message: `${step.action} ${result}`, data: answer(step), at } as const;
    steps.push(step);
    entries.push({ format: 1, round: 0, step, startedAt: at, outcome });
  }
  function answer({ action }: Step): Record<string, string | boolean> {
    if (action === 'connect') return { bootId: 'boot-1', os: host.os ?? 'debian', family: host.family ?? 'apt' };
    if (action === 'rebootNeeded') return { needed: host.needed ?? false };
    if (action === 'prove') return { bootId: `boot-${(boot += 1)}` };
    return {};
  }
}

describe('an upgrade', () => {
  it('ends without a reboot where none is required', () => {
    const { actions, verdict } = play(upgrade(), {});

    expect(actions).toEqual(['connect', 'upgrade', 'rebootNeeded', 'checkAfter']);
    expect(verdict).toMatchObject({ result: 'succeeded', message: 'upgrade succeeded; rebootNeeded succeeded' });
  });

  it('reboots and proves it where one is required', () => {
    const { actions } = play(upgrade(), { needed: true });

    expect(actions).toEqual(['connect', 'upgrade', 'rebootNeeded', 'reboot', 'prove', 'checkAfter']);
  });

  it.each([
    ['never', ['connect', 'upgrade', 'checkAfter']],
    ['always', ['connect', 'upgrade', 'reboot', 'prove', 'checkAfter']],
  ])('does not ask where the reboot is %s', (reboot, expected) => {
    expect(play(upgrade({ reboot }), {}).actions).toEqual(expected);
  });

  it('is told in the words of the host that was found, and only once', () => {
    const [, step] = play(upgrade(), { family: 'dnf', os: 'fedora' }).steps;

    expect(step).toMatchObject({ idempotent: false, disruptive: true, parameters: { bootId: 'boot-1', digest: 'd' } });
    expect(step!.parameters.script).toContain('dnf -y --refresh upgrade');
  });

  it('fails an unknown operating system before it is touched, and says what to do instead', () => {
    const { actions, verdict } = play(upgrade(), { family: 'none', os: 'plan9' });

    expect(actions).toEqual(['connect']);
    expect(verdict).toMatchObject({ result: 'failed', reason: 'UnsupportedOs' });
    expect(verdict.message).toMatch(/plan9.*type run/);
  });

  it.each(['upgrade', 'rebootNeeded', 'prove', 'checkAfter'])(
    'leaves a host whose %s failed out of what is up, for a person to look at',
    (failing) => {
      const { verdict } = play(upgrade(), { needed: true, fails: ({ action }) => action === failing });

      expect(verdict).toMatchObject({ result: 'failed', data: { down: true } });
    },
  );
});

describe('a deploy', () => {
  const image = { family: 'rpm-ostree', os: 'fedora', needed: true };

  it('makes the version the running one and sees that it is', () => {
    const { actions, steps, verdict } = play(deploy(), image);

    expect(actions).toEqual(['connect', 'deploy', 'rebootNeeded', 'reboot', 'prove', 'proveDeployed', 'checkAfter']);
    expect(steps[1]!.parameters.script).toContain('rpm-ostree deploy 41.1');
    expect(verdict.result).toBe('succeeded');
  });

  it('is refused on a host of packages before it is touched', () => {
    const { actions, verdict } = play(deploy(), { family: 'apt', os: 'debian' });

    expect(actions).toEqual(['connect']);
    expect(verdict).toMatchObject({ result: 'failed', reason: 'DeployNotSupported' });
    expect(verdict.message).toContain('type upgrade');
  });

  it('goes back to the deployment before when a check fails, proves it, and has failed all the same', () => {
    const { actions, steps, verdict } = play(deploy({ rollback: true }), {
      ...image,
      fails: ({ action }) => action === 'checkAfter',
    });

    expect(actions.slice(-4)).toEqual(['checkAfter', 'rollback', 'reboot', 'prove']);
    expect(steps.at(-2)!.parameters.bootId).toBe('boot-2');
    expect(steps.at(-1)!.parameters.bootId).toBe('boot-2');
    expect(verdict).toMatchObject({ result: 'failed', data: { rolledBack: true, down: false } });
    expect(verdict.message).toBe('checkAfter failed; it went back to the deployment before');
  });

  it('goes back as well when another version than the wanted one runs', () => {
    const { actions } = play(deploy({ rollback: true }), {
      ...image,
      fails: ({ action }) => action === 'proveDeployed',
    });

    expect(actions.slice(-4)).toEqual(['proveDeployed', 'rollback', 'reboot', 'prove']);
  });

  it('does not try to go back on a host that is not back', () => {
    const { actions, verdict } = play(deploy({ rollback: true }), {
      ...image,
      fails: ({ action }) => action === 'prove',
    });

    expect(actions.at(-1)).toBe('prove');
    expect(verdict).toMatchObject({ result: 'failed', data: { down: true } });
  });

  it('says so when the way back fails too, and counts the host as down', () => {
    const { verdict } = play(deploy({ rollback: true }), {
      ...image,
      fails: ({ action }, before) => action === 'checkAfter' || (action === 'prove' && before === 1),
    });

    expect(verdict.message).toBe('checkAfter failed; the way back failed too: prove failed');
    expect(verdict.data).toMatchObject({ down: true });
  });

  it('leaves the version where it is without rollback', () => {
    const { actions } = play(deploy(), { ...image, fails: ({ action }) => action === 'checkAfter' });

    expect(actions.at(-1)).toBe('checkAfter');
  });
});
