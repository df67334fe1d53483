import { describe, expect, it } from 'vitest';
import { Executor } from '../../../reconciler/engine/executor.ts';
import type { AnyController, KindDeps } from '../../../reconciler/kinds/context.ts';
import type { Json } from '../../../reconciler/model/json.ts';
import type { JournalRecord, Step, StepOutcome } from '../../../reconciler/model/plan.ts';
import type { ResourceKey } from '../../../reconciler/model/resource.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryLive } from '../../support/memory-live.ts';
import { silentLog } from '../../support/silent-log.ts';

const owner: ResourceKey = 'Operation/op';
const step: Step = {
  id: 'op.0.0-reboot',
  action: 'reboot',
  target: 'Host/web-1',
  summary: 'reboot',
  idempotent: false,
  disruptive: true,
  timeoutMs: 1000,
  parameters: { bootId: 'b1' },
  ordinal: 0,
  round: 0,
};
const done: StepOutcome = { result: 'succeeded', reason: 'Done', message: 'done' };
const journalKey = keys.journal('op', 'web-1', '000-000-reboot');

interface Rig {
  live: MemoryLive;
  executor: Executor;
  requeued: ResourceKey[];
  start(step: Step, apply: (step: Step, signal: AbortSignal) => Promise<StepOutcome>, signal?: AbortSignal): void;
}

function rig(): Rig {
  const live = new MemoryLive();
  const requeued: ResourceKey[] = [];
  const executor = new Executor({
    live,
    deps: {} as KindDeps,
    clock: new ManualClock(),
    log: silentLog,
    holder: 'test',
    requeue: (touched) => requeued.push(...touched),
  });
  return {
    live,
    executor,
    requeued,
    start(next, apply, signal = new AbortController().signal) {
      const controller = { kind: 'Operation', apply: (s: Step, _deps: unknown, at: AbortSignal) => apply(s, at) };
      executor.start(owner, next, controller as unknown as AnyController, signal);
    },
  };
}

function entry(live: MemoryLive): JournalRecord | undefined {
  return live.get(journalKey) as unknown as JournalRecord | undefined;
}

describe('Executor', () => {
  it('has the intent and the claim in the store before anything is done, in one transaction', async () => {
    const { live, executor, start } = rig();
    let seen: unknown;

    start(step, async () => {
      seen = { intent: entry(live), claim: live.get(keys.claim('web-1')), commits: live.commits.length };
      return done;
    });
    await executor.settled();

    expect(seen).toMatchObject({ intent: { step: { id: step.id } }, claim: { owner, holder: 'test' }, commits: 1 });
  });

  const looking: Step = { ...step, idempotent: true, looks: true, disruptive: false };

  it('begins a step that only looks while its intent is being written, and journals its outcome after that', async () => {
    const { live, executor, start } = rig();
    let written: unknown;

    start(looking, async () => {
      written = entry(live);
      return done;
    });
    await executor.settled();

    expect(written).toBeUndefined();
    expect(live.commits.map((writes) => writes.length)).toEqual([2, 1]);
    expect(entry(live)?.outcome).toMatchObject({ result: 'succeeded' });
  });

  it('has the intent of a step that is repeatable and does something in the store before it begins', async () => {
    const { live, executor, start } = rig();
    let written: unknown;

    start({ ...step, idempotent: true }, async () => {
      written = entry(live);
      return done;
    });
    await executor.settled();

    expect(written).toMatchObject({ step: { id: step.id } });
  });

  it('gives up a look whose intent is refused, and journals nothing of it', async () => {
    const { live, executor, requeued, start } = rig();
    await live.commit([{ put: keys.halt, value: { format: 1, who: 'jo', why: 'smoke', since: '' } }]);
    let aborted = false;

    start(
      looking,
      (_step, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(new Error('aborted'));
          });
        }),
    );
    await executor.settled();

    expect(aborted).toBe(true);
    expect(live.commits).toHaveLength(1);
    expect(requeued).toEqual([owner]);
  });

  it('journals nothing of a look that was over before its intent was refused', async () => {
    const { live, executor, start } = rig();
    await live.commit([{ put: keys.halt, value: { format: 1, who: 'jo', why: 'smoke', since: '' } }]);
    const commit = live.commit.bind(live);
    live.commit = async (...given) => {
      await new Promise((resolve) => setImmediate(resolve));
      return commit(...given);
    };

    start(looking, async () => done);
    await executor.settled();

    expect(live.commits).toHaveLength(1);
    expect(entry(live)).toBeUndefined();
  });

  it('does not begin to look at a host that somebody else holds', async () => {
    const { live, executor, start } = rig();
    const claim = { format: 1, owner: 'Operation/other', round: 0, since: '', holder: 'test' };
    await live.commit([{ put: keys.claim('web-1'), value: claim }]);
    let begun = false;

    start(looking, async () => {
      begun = true;
      return done;
    });
    await executor.settled();

    expect(begun).toBe(false);
    expect(entry(live)).toBeUndefined();
  });

  it('journals the outcome and then brings its owner back', async () => {
    const { live, executor, requeued, start } = rig();

    start(step, async () => done);
    await executor.settled();

    expect(entry(live)?.outcome).toMatchObject({ result: 'succeeded' });
    expect(requeued).toEqual([owner]);
  });

  it('never begins the same host twice while a step of it is in hand', async () => {
    const { executor, start } = rig();
    let calls = 0;

    for (let time = 0; time < 3; time += 1) {
      start(step, async () => {
        calls += 1;
        return done;
      });
    }
    await executor.settled();

    expect(calls).toBe(1);
  });

  it('leaves a host alone that another has claimed, and writes nothing', async () => {
    const { live, executor, start } = rig();
    await live.commit([
      { put: keys.claim('web-1'), value: { format: 1, owner: 'Operation/other', round: 0, since: '', holder: 'x' } },
    ]);
    let called = false;

    start(step, async () => {
      called = true;
      return done;
    });
    await executor.settled();

    expect(called).toBe(false);
    expect(entry(live)).toBeUndefined();
  });

  it('does nothing on the host when the intent cannot be made durable', async () => {
    const { live, executor, start } = rig();
    live.failWith = new Error('disk full');
    let called = false;

    start(step, async () => {
      called = true;
      return done;
    });
    await executor.settled();

    expect(called).toBe(false);
  });

  it('keeps an open intent as it was first written when the step is attached again', async () => {
    const { live, executor, start } = rig();
    const intent = {
      format: 1,
      round: 0,
      step: { ...step, parameters: { bootId: 'first' } },
      startedAt: '2020-01-01T00:00:00.000Z',
    };
    await live.commit([{ put: journalKey, value: intent as unknown as Json }]);
    let given: Step | undefined;

    start(step, async (attached) => {
      given = attached;
      return done;
    });
    await executor.settled();

    expect(given?.parameters.bootId).toBe('first');
    expect(entry(live)?.startedAt).toBe('2020-01-01T00:00:00.000Z');
  });

  it('leaves the intent open when it is aborted, even if the step then answers', async () => {
    const { live, executor, requeued, start } = rig();
    const abort = new AbortController();

    start(
      step,
      async () => {
        abort.abort();
        return done;
      },
      abort.signal,
    );
    await executor.settled();

    expect(entry(live)).toBeDefined();
    expect(entry(live)?.outcome).toBeUndefined();
    expect(requeued).toEqual([]);
  });

  it('journals a thrown error as a failure with its reason', async () => {
    const { live, executor, start } = rig();

    start(step, async () => {
      throw new Error('boom');
    });
    await executor.settled();

    expect(entry(live)?.outcome).toMatchObject({ result: 'failed', message: 'boom' });
  });

  it('keeps output apart from the journal', async () => {
    const { live, executor, start } = rig();

    start(step, async () => ({ ...done, data: { exitCode: 0, output: 'hello' } }));
    await executor.settled();

    expect(live.get(keys.output('op', 'web-1', '000-000-reboot'))).toBe('hello');
    expect(entry(live)?.outcome?.data).toEqual({ exitCode: 0 });
  });

  it('writes the verdict and gives the host back in one transaction, and brings back owner and host', async () => {
    const { live, executor, requeued, start } = rig();
    start(step, async () => done);
    await executor.settled();
    const before = live.commits.length;

    start({ ...step, ordinal: 1, action: 'verdict', verdict: done }, async () => done);
    await executor.settled();

    expect(live.get(keys.claim('web-1'))).toBeUndefined();
    expect(live.commits.length).toBe(before + 1);
    expect(requeued.slice(-2)).toEqual([owner, 'Host/web-1']);
  });
});
