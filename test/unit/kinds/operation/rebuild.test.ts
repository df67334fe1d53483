import { describe, expect, it } from 'vitest';
import type { StepSighting } from '../../../../reconciler/hosts/step-sighting.ts';
import { adoptedHold, heedRelease, holdAdopted } from '../../../../reconciler/kinds/operation/adopted.ts';
import {
  rebuildOperation,
  recordedSteps,
  roundOf,
  type Remains,
} from '../../../../reconciler/kinds/operation/rebuild.ts';
import { nextHostStep } from '../../../../reconciler/kinds/operation/pipeline.ts';
import { standingOf } from '../../../../reconciler/kinds/operation/neighbours/standing.ts';
import { boundDigest } from '../../../../reconciler/kinds/operation/spec.ts';
import type { OperationRecord } from '../../../../reconciler/kinds/operation/record.ts';
import type { JsonObject } from '../../../../reconciler/model/json.ts';
import type { OperationSpec } from '../../../../schema/generated/types.ts';

const AT = '2026-01-02T03:04:05.000Z';
const HOSTS = ['web-1', 'web-2', 'web-3'];
const spec = (over: Partial<OperationSpec> = {}): OperationSpec =>
  ({ type: 'restart', target: { cluster: 'web' }, ...over }) as OperationSpec;

function remains(status: string | undefined, detail: JsonObject = {}, over: Partial<Remains> = {}): Remains {
  return {
    name: 'op',
    status: status === undefined ? undefined : { key: 'Operation/op', status, conditions: [], detail },
    spec: spec(),
    wished: spec(),
    selection: { hosts: HOSTS, clusters: ['web'], rollout: { batches: 1 }, scope: 3 },
    commit: 'c1',
    sightings: new Map(HOSTS.map((host) => [host, { state: 'absent', bootId: 'b' }])),
    ...over,
  };
}

const told = (outcomes: JsonObject, more: JsonObject = {}): JsonObject => ({
  round: 0,
  beganAt: '2026-01-01T00:00:00.000Z',
  hosts: { total: 3 },
  outcomes,
  ...more,
});
const done = { result: 'succeeded', reason: 'Done', message: 'done' };

describe('an operation that is rebuilt after the store was lost', () => {
  it('keeps its end and its outcomes, and is not held', () => {
    const { record, journal } = rebuildOperation(
      remains('Failed', told({ 'web-1': done, 'web-2': { result: 'failed', reason: 'NotBack', message: 'away' } })),
      AT,
    );

    expect(record).toMatchObject({ phase: 'Failed', round: 0, frozen: { hosts: HOSTS } });
    expect(record.adopted).toBeUndefined();
    expect(journal.map(({ host, entry }) => `${host} ${entry.outcome?.result}`)).toEqual([
      'web-1 succeeded',
      'web-2 failed',
    ]);
  });

  it('that had ended and is to be tried again is held, for a retry would act', () => {
    const { record } = rebuildOperation(remains('Failed', told({}), { wished: spec({ retry: 1 }) }), AT);

    expect(record.phase).toBe('Failed');
    expect(record.adopted).toEqual({ at: AT, suspend: null, retry: 1 });
  });

  it('that was never begun is suspended, with nothing in its journal', () => {
    const { record, journal } = rebuildOperation(remains(undefined), AT);

    expect(record).toMatchObject({ phase: 'Suspended', batches: [], adopted: { at: AT } });
    expect(record.frozen).toBeUndefined();
    expect(journal).toEqual([]);
  });

  it('has the act of each host that holds a record of it open, under the boot that the host names', () => {
    const sightings = new Map<string, StepSighting | undefined>([
      ['web-1', { state: 'done', bootId: 'after', startedBoot: 'before', exitCode: 0 } as StepSighting],
      ['web-2', { state: 'absent', bootId: 'b' }],
      ['web-3', { state: 'absent', bootId: 'b' }],
    ]);

    const { record, journal } = rebuildOperation(remains('Running', told({}), { sightings }), AT);

    const open = journal.filter(({ entry }) => entry.outcome === undefined);
    expect(record.phase).toBe('Suspended');
    expect(open.map(({ host, entry }) => [host, entry.step.id])).toEqual([
      ['web-1', recordedSteps('op', { spec: spec(), digest: 'd' }, 'web-1', 0).act.id],
    ]);
    expect(journal.find(({ entry }) => entry.step.action === 'connect')?.entry.outcome?.data).toMatchObject({
      bootId: 'before',
    });
    expect(new Set(journal.map(({ host }) => host))).toEqual(new Set(['web-1']));
  });

  it('does not open what the branch knows to be done', () => {
    const sightings = new Map<string, StepSighting | undefined>([
      ['web-1', { state: 'done', bootId: 'after', startedBoot: 'before', exitCode: 0 } as StepSighting],
    ]);

    const { journal } = rebuildOperation(remains('Running', told({ 'web-1': done }), { sightings }), AT);

    expect(journal.map(({ entry }) => entry.outcome?.result)).toEqual(['succeeded']);
  });

  it('says which hosts could not be asked, and that its target has changed', () => {
    const sightings = new Map<string, StepSighting | undefined>([['web-2', undefined]]);

    const { record } = rebuildOperation(remains('Running', told({}, { hosts: { total: 5 } }), { sightings }), AT);

    expect(record.adopted?.note).toContain('could not be asked what was done on them: web-2');
    expect(record.adopted?.note).toContain('it began on 5 hosts and its target now selects 3');
  });

  it.each<[OperationSpec['type'], string, object]>([
    ['restart', 'reboot', {}],
    ['run', 'run', { script: 'true' }],
    ['upgrade', 'upgrade', {}],
    ['deploy', 'deploy', { version: '1' }],
    ['apply', 'converge', {}],
  ])('of type %s is known by the record of its %s', (type, action, more) => {
    const { act } = recordedSteps('op', { spec: spec({ type, ...more }), digest: 'd' }, 'web-1', 0);

    expect(act).toMatchObject({ action, idempotent: false });
  });

  it('takes nothing of what somebody scribbled into its outcomes', () => {
    const scribbled = { 'web-1': 'yes', 'web-2': { result: 'perfect' }, 'web-3': null } as unknown as JsonObject;

    const { journal } = rebuildOperation(remains('Failed', told(scribbled)), AT);

    expect(journal).toEqual([]);
  });

  it('is in the round that was told of, or in the one that its document begins with', () => {
    expect(roundOf(remains('Running', told({}, { round: 4 })).status, spec({ retry: 9 }))).toBe(4);
    expect(roundOf(undefined, spec({ retry: 2 }))).toBe(2);
    expect(roundOf(undefined, undefined)).toBe(0);
  });
});

describe('an operation with a hook that is rebuilt after the store was lost', () => {
  const POOL = 'hook pool of cluster web';
  const command = (word: string): object => ({ command: [word, '{host}'] });
  const settings = {
    name: 'pool',
    host: 'lb-1',
    before: command('out'),
    after: command('in'),
  } as unknown as JsonObject;
  const neighbours = [{ type: 'command-hook', name: POOL, settings }];
  const bound = { spec: spec(), digest: boundDigest(spec()), neighbours };
  const takeOutOf = (host: string): string => recordedSteps('op', bound, host, 0).takeOuts[0]!.id;
  const absent = { state: 'absent', bootId: 'b' } as const;
  const done = { state: 'done', bootId: 'b', startedBoot: 'b', exitCode: 0, output: '' } as const;

  function rebuilt(
    act: StepSighting | undefined,
    takeOut: StepSighting | undefined,
  ): ReturnType<typeof rebuildOperation> {
    const sightings = new Map(HOSTS.map((host) => [host, host === 'web-1' ? act : absent]));
    const takeOuts = new Map(
      HOSTS.map((host) => [host, new Map([[takeOutOf(host), host === 'web-1' ? takeOut : absent]])]),
    );
    const selection = { hosts: HOSTS, clusters: ['web'], rollout: { batches: 1 }, scope: 3, neighbours };
    return rebuildOperation(remains('Running', told({}), { selection, sightings, takeOuts }), AT);
  }

  /** What is done on the host from there on, when all goes well. */
  function rest({ record, journal }: ReturnType<typeof rebuildOperation>): string[] {
    const entries = journal.map(({ entry }) => entry);
    const actions: string[] = [];
    for (;;) {
      const step = nextHostStep('op', record.frozen!, 'web-1', 0, entries)!;
      if (step.verdict) return [...actions, step.verdict.result];
      actions.push(step.action);
      const open = entries.findIndex((entry) => !entry.outcome);
      const outcome = { result: 'succeeded', reason: 'R', message: 'm', at: AT, data: { bootId: 'b' } } as const;
      entries.splice(open === -1 ? entries.length : open, 1, { format: 1, round: 0, step, startedAt: AT, outcome });
    }
  }

  it('finishes a host on which the act was begun, and puts it back', () => {
    const again = rebuilt({ state: 'done', bootId: 'b2', startedBoot: 'b1', exitCode: 0, output: '' }, done);

    expect(again.record.frozen?.neighbours).toEqual(neighbours);
    expect(rest(again)).toEqual(['reboot', 'prove', 'putBack', 'succeeded']);
  });

  it('takes up a host that was only taken out, looks at it anew, and brings it to its end', () => {
    expect(rest(rebuilt(absent, done))).toEqual([
      ...['takeOut', 'connect', 'reachHelper', 'reboot', 'prove', 'putBack', 'succeeded'],
    ]);
    expect(rest(rebuilt(undefined, done))[0]).toBe('takeOut');
  });

  it('leaves a host alone that was not taken out', () => {
    const again = rebuilt(absent, absent);

    expect(again.journal).toEqual([]);
    expect(again.record.adopted?.note).toBeUndefined();
  });

  it('says which hosts may still be out where the helper cannot be asked', () => {
    const { record } = rebuilt(absent, undefined);

    expect(record.adopted?.note).toContain(`still taken out (${POOL}): web-1`);
  });

  it('keeps where the status branch says that a host is left out, for the next retry', () => {
    const outcome = { result: 'failed', reason: 'ScriptFailed', message: 'm', out: { [POOL]: 'yes' } };

    const { journal } = rebuildOperation(remains('Failed', told({ 'web-1': outcome })), AT);

    expect(standingOf([journal[0]!.entry], 1)).toEqual({ out: { [POOL]: 'yes' }, acted: false });
  });
});

describe('an adopted operation', () => {
  const record = (wished: OperationSpec): OperationRecord => ({
    ...rebuildOperation(remains(undefined, {}, { wished }), AT).record,
  });

  it.each([
    ['nothing changes', spec(), spec(), true],
    ['its document is gone', spec(), undefined, true],
    ['suspend is set to false', spec(), spec({ suspend: false }), false],
    ['suspend is set', spec(), spec({ suspend: true }), true],
    ['a suspend that stood there is removed', spec({ suspend: true }), spec(), false],
    ['retry is raised', spec({ suspend: true }), spec({ suspend: true, retry: 1 }), false],
    ['retry is lowered', spec({ retry: 2 }), spec({ retry: 1 }), true],
  ])('when %s', (_what, then, now, held) => {
    const after = heedRelease(record(then), now);

    expect(after.adopted !== undefined).toBe(held);
  });

  it('that is suspended afterwards is free once it is resumed', () => {
    const suspended = heedRelease(record(spec()), spec({ suspend: true }));

    expect(heedRelease(suspended, spec()).adopted).toBeUndefined();
  });

  it('says what to commit', () => {
    expect(adoptedHold(holdAdopted(spec(), AT, 'a note'))).toEqual({
      reason: 'StoreAdopted',
      message: `the store was rebuilt at ${AT} while this operation was not finished; a note; set spec.suspend to false in the repository to let it go on`,
    });
    expect(adoptedHold(holdAdopted(spec({ suspend: true }), AT)).message).toContain('remove spec.suspend');
  });
});
