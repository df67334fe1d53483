import { describe, expect, it } from 'vitest';
import type { FrozenNeighbour } from '../../../../reconciler/kinds/operation/neighbours/neighbour.ts';
import { standingOf } from '../../../../reconciler/kinds/operation/neighbours/standing.ts';
import { nextHostStep, stepsOf } from '../../../../reconciler/kinds/operation/pipeline.ts';
import type { JournalRecord, Step, StepOutcome } from '../../../../reconciler/model/plan.ts';
import type { OperationSpec } from '../../../../schema/generated/types.ts';

const AT = '2026-01-01T00:00:00.000Z';
const MANAGER = 'container manager kube of cluster web';
const POOL = 'hook pool of cluster web';
const PAGER = 'hook pager of the operation';
const NEIGHBOURS: FrozenNeighbour[] = [
  { type: 'container-manager', name: MANAGER, settings: { manager: 'kube', kind: 'trivial' } },
  hook(POOL, 'lb-1'),
  hook(PAGER, 'ops-1'),
];

const RESTART: OperationSpec = {
  type: 'restart',
  target: { cluster: 'web' },
  checks: { before: [{ command: ['true'] }], after: [{ command: ['true'] }] },
};
const RUN: OperationSpec = { type: 'run', target: { cluster: 'web' }, script: 'true' };
const APPLY: OperationSpec = { type: 'apply', target: { cluster: 'web' } };
const UPGRADE: OperationSpec = { type: 'upgrade', target: { cluster: 'web' }, reboot: 'always' };
const DEPLOY: OperationSpec = {
  type: 'deploy',
  target: { cluster: 'web' },
  version: '41.1',
  rollback: true,
  checks: { after: [{ command: ['true'] }] },
};

function hook(name: string, host: string): FrozenNeighbour {
  const settings = { name: 'h', host, before: { command: ['off', '{host}'] }, after: { command: ['on', '{host}'] } };
  return { type: 'command-hook', name, settings };
}

/** `out pool`, `back pool`, `reboot`: a step as the tables write it. */
function wordOf({ action, parameters: { neighbour, helper } }: Step): string {
  if (typeof neighbour !== 'string') return action;
  return helper === undefined ? action : `${action} ${neighbour.split(' ')[1]}`;
}

type Fate = Partial<StepOutcome> & { stop?: true };

/** Plays one round to its end; `fates` says by word what becomes of a step, all others succeed. */
function play(
  spec: OperationSpec,
  fates: Record<string, Fate> = {},
  before: readonly JournalRecord[] = [],
  round = 0,
): { words: string[]; verdict: StepOutcome; journal: JournalRecord[] } {
  const entries: JournalRecord[] = [];
  const words: string[] = [];
  let stop: StepOutcome | undefined;
  for (;;) {
    const standing = standingOf(before, round);
    const step = nextHostStep(
      'op',
      { spec, digest: 'd', neighbours: NEIGHBOURS },
      'web-1',
      round,
      entries,
      stop,
      standing,
    )!;
    if (step.verdict) {
      const last = { format: 1, round, step, startedAt: AT, outcome: { ...step.verdict, at: AT } };
      return { words, verdict: step.verdict, journal: [...before, ...entries, last] };
    }
    const word = wordOf(step);
    words.push(word);
    const { stop: stops, ...fate } = fates[word] ?? {};
    if (stops) stop = { result: 'skipped', reason: 'Cancelled', message: 'cancelled' };
    const found: StepOutcome['data'] =
      step.action === 'connect' ? { bootId: 'b1', address: '192.0.2.1:22', family: familyOf(spec), os: 'x' } : {};
    const outcome: StepOutcome = {
      result: 'succeeded',
      reason: 'R',
      message: 'm',
      ...fate,
      data: { ...found, ...fate.data },
    };
    entries.push({ format: 1, round, step, startedAt: AT, outcome: { ...outcome, at: AT } });
  }
}

function familyOf(spec: OperationSpec): string {
  return spec.type === 'deploy' ? 'bootc' : 'apt';
}

const TAKE_OUT = ['cordon', 'drain', 'reachHelper pool', 'takeOut pool', 'reachHelper pager', 'takeOut pager'];
const PUT_BACK = ['putBack pager', 'putBack pool', 'uncordon'];
const failed: Fate = { result: 'failed' };
const untouched: Fate = { result: 'failed', data: { untouched: true } };
const nothing: Fate = { result: 'failed', data: { tookOut: false } };
const all = { [MANAGER]: 'yes', [POOL]: 'yes', [PAGER]: 'yes' };

describe('the neighbours of a host', () => {
  it('are told in declared order before the act and in reverse after the checks, and the plan shows it', () => {
    const expected = ['connect', 'checkBefore', ...TAKE_OUT, 'reboot', 'prove', 'checkAfter', ...PUT_BACK];

    expect(play(RESTART)).toMatchObject({ words: expected, verdict: { result: 'succeeded' } });
    expect(stepsOf('op', { spec: RESTART, digest: 'd', neighbours: NEIGHBOURS }, 'web-1', 0).map(wordOf)).toEqual(
      expected,
    );
  });

  it.each<[string, OperationSpec, Record<string, Fate>, string[], unknown]>([
    ['nothing fails, with a script', RUN, {}, ['connect', ...TAKE_OUT, 'run', ...PUT_BACK], undefined],
    ['the host is not reached: nobody is told', RUN, { connect: failed }, ['connect'], undefined],
    ['a check before fails: nobody is told', RESTART, { checkBefore: failed }, ['connect', 'checkBefore'], undefined],
    [
      'a helper is not reached: what was told before is undone, the host untouched',
      RUN,
      { 'reachHelper pager': failed },
      ['connect', ...TAKE_OUT.slice(0, 5), 'putBack pool', 'uncordon'],
      undefined,
    ],
    [
      'a command fails that may have had effect: it is undone as well',
      RUN,
      { 'takeOut pool': failed },
      ['connect', ...TAKE_OUT.slice(0, 4), 'putBack pool', 'uncordon'],
      undefined,
    ],
    [
      'a command never began: it is not undone',
      RUN,
      { 'takeOut pool': nothing },
      ['connect', ...TAKE_OUT.slice(0, 4), 'uncordon'],
      undefined,
    ],
    [
      'it cannot be seen what came of a command, nor of undoing it',
      RUN,
      { 'takeOut pool': { result: 'unknown' }, 'putBack pool': { result: 'unknown' } },
      ['connect', ...TAKE_OUT.slice(0, 4), 'putBack pool'],
      { [MANAGER]: 'yes', [POOL]: 'perhaps' },
    ],
    [
      'it was out before: it is not put back there',
      RUN,
      { 'takeOut pool': { data: { tookOut: false } } },
      ['connect', ...TAKE_OUT, 'run', 'putBack pager', 'uncordon'],
      undefined,
    ],
    [
      'draining fails: only cordoning is undone',
      RUN,
      { drain: failed },
      ['connect', 'cordon', 'drain', 'uncordon'],
      undefined,
    ],
    ['the script fails: the host stays out', RUN, { run: failed }, ['connect', ...TAKE_OUT, 'run'], all],
    [
      'the script never began: the host goes back',
      RUN,
      { run: untouched },
      ['connect', ...TAKE_OUT, 'run', ...PUT_BACK],
      undefined,
    ],
    [
      'the host does not come back: it stays out',
      RESTART,
      { prove: failed },
      ['connect', 'checkBefore', ...TAKE_OUT, 'reboot', 'prove'],
      all,
    ],
    [
      'the host refuses to reboot a moment later: it goes back',
      RESTART,
      { prove: untouched },
      ['connect', 'checkBefore', ...TAKE_OUT, 'reboot', 'prove', ...PUT_BACK],
      undefined,
    ],
    [
      'it was upgraded and refuses to reboot: it stays out',
      UPGRADE,
      { prove: untouched },
      ['connect', ...TAKE_OUT, 'upgrade', 'reboot', 'prove'],
      all,
    ],
    [
      'a check after fails: it stays out',
      RESTART,
      { checkAfter: failed },
      ['connect', 'checkBefore', ...TAKE_OUT, 'reboot', 'prove', 'checkAfter'],
      all,
    ],
    [
      'a deployment fails and is proven to have gone back: it goes back',
      DEPLOY,
      { checkAfter: failed },
      // prettier-ignore
      ['connect', ...TAKE_OUT, 'deploy', 'rebootNeeded', 'proveDeployed', 'checkAfter', 'rollback', 'reboot', 'prove', ...PUT_BACK],
      undefined,
    ],
    [
      'the way back fails too: it stays out',
      DEPLOY,
      { checkAfter: failed, rollback: failed },
      ['connect', ...TAKE_OUT, 'deploy', 'rebootNeeded', 'proveDeployed', 'checkAfter', 'rollback'],
      all,
    ],
    [
      'putting back fails: the others wait for it',
      RUN,
      { 'putBack pool': failed },
      ['connect', ...TAKE_OUT, 'run', 'putBack pager', 'putBack pool'],
      { [MANAGER]: 'yes', [POOL]: 'yes' },
    ],
    [
      'nothing differs from its profile: nobody is told, and nothing is done',
      APPLY,
      { compare: { data: { differs: false } } },
      ['connect', 'compare'],
      undefined,
    ],
    [
      'something differs from its profile',
      APPLY,
      { compare: { data: { differs: true } } },
      ['connect', 'compare', ...TAKE_OUT, 'converge', 'confirm', ...PUT_BACK],
      undefined,
    ],
    ['it is cancelled before anybody was told', RUN, { connect: { stop: true } }, ['connect'], undefined],
    [
      'it is cancelled while it is taken out: it is brought to its end and put back',
      RUN,
      { 'takeOut pool': { stop: true } },
      ['connect', ...TAKE_OUT, 'run', ...PUT_BACK],
      undefined,
    ],
  ])('when %s', (_what, spec, fates, words, out) => {
    const played = play(spec, fates);

    expect(played.words).toEqual(words);
    expect(played.verdict.data?.out).toEqual(out);
    for (const name of Object.keys(out ?? {})) expect(played.verdict.message).toContain(name);
  });

  it('an operating system that cannot be upgraded is found before anybody is told', () => {
    const { words, verdict } = play(UPGRADE, { connect: { data: { family: null } } });

    expect(words).toEqual(['connect']);
    expect(verdict).toMatchObject({ result: 'failed', reason: 'UnsupportedOs' });
  });

  it('that it was not put back is how a host fails that is well', () => {
    const { verdict } = play(RUN, { uncordon: { result: 'failed', message: 'no such node' } });

    expect(verdict).toMatchObject({ result: 'failed', reason: 'PutBackFailed', data: { down: false, acted: true } });
    expect(verdict.message).toContain('no such node');
  });

  it('are told only of the hosts that they stand beside', () => {
    const neighbours = [{ ...hook(POOL, 'lb-1'), hosts: ['web-2'] }];

    const actions = (host: string): string[] =>
      stepsOf('op', { spec: RUN, digest: 'd', neighbours }, host, 0).map(({ action }) => action);

    expect(actions('web-1')).toEqual(['connect', 'run']);
    expect(actions('web-2')).toEqual(['connect', 'reachHelper', 'takeOut', 'run', 'putBack']);
  });
});

describe('a retry of a host that was left out', () => {
  it('does not take it out again, acts, and puts it back', () => {
    const first = play(RUN, { run: failed });

    const second = play(RUN, {}, first.journal, 1);

    expect(second.words).toEqual(['connect', 'run', ...PUT_BACK]);
    expect(second.verdict).toMatchObject({ result: 'succeeded' });
    expect(second.verdict.data?.out).toBeUndefined();
  });

  it('only puts it back where it was proven and that was all that failed', () => {
    const first = play(RESTART, { 'putBack pool': failed });

    const second = play(RESTART, {}, first.journal, 1);

    expect(second.words).toEqual(['connect', 'checkAfter', 'putBack pool', 'uncordon']);
    expect(second.verdict).toMatchObject({ result: 'succeeded' });
  });

  it('acts again where a check fails in the meantime', () => {
    const first = play(RESTART, { 'putBack pool': failed });
    const second = play(RESTART, { checkAfter: failed }, first.journal, 1);

    const third = play(RESTART, {}, second.journal, 2);

    expect(second.words).toEqual(['connect', 'checkAfter']);
    expect(third.words).toEqual([
      ...['connect', 'checkBefore', 'reachHelper pager', 'takeOut pager', 'reboot', 'prove', 'checkAfter'],
      ...PUT_BACK,
    ]);
  });

  it('remembers it through a round that does not reach the host', () => {
    const first = play(RUN, { run: failed });
    const second = play(RUN, { connect: failed }, first.journal, 1);

    expect(second.verdict).toMatchObject({ result: 'skipped', data: { out: all } });
    expect(play(RUN, {}, second.journal, 2).words).toEqual(['connect', 'run', ...PUT_BACK]);
  });

  it('keeps it out where a check before fails: what failed before was not proven since', () => {
    const first = play(RESTART, { checkAfter: failed });

    const second = play(RESTART, { checkBefore: failed }, first.journal, 1);

    expect(second.words).toEqual(['connect', 'checkBefore']);
    expect(second.verdict.data?.out).toEqual(all);
  });

  it('tells again whom it is not sure to have told', () => {
    const first = play(RUN, { 'takeOut pager': { result: 'unknown' }, 'putBack pager': { result: 'unknown' } });

    const second = play(RUN, {}, first.journal, 1);

    expect(first.verdict.data?.out).toEqual({ ...all, [PAGER]: 'perhaps' });
    expect(second.words).toEqual(['connect', 'reachHelper pager', 'takeOut pager', 'run', ...PUT_BACK]);
  });
});
