import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IntendantError } from '../../../reconciler/model/errors.ts';
import { StatusWriter, type StatusWriterOptions } from '../../../reconciler/status/status-writer.ts';
import { MemoryBranch, MemoryRemote } from '../../support/memory-branch.ts';
import {
  clusterStatus,
  FakeSource,
  hostStatus,
  metaRecord,
  operationStatus,
  revisionRecord,
} from '../../support/statuses.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const REF = 'refs/heads/intendant/status';
const HOUR = 3_600_000;

let remote: MemoryRemote;
let clock: ManualClock;
let source: FakeSource;
let troubles: (IntendantError | undefined)[];
let stop: AbortController;
let runs: Promise<unknown>[];

beforeEach(() => {
  remote = new MemoryRemote();
  clock = new ManualClock('2026-01-02T03:04:05.000Z');
  source = new FakeSource([
    clusterStatus('web', 2, 0),
    hostStatus('web-1', 'active', 'web'),
    hostStatus('web-2', 'active', 'web'),
  ]);
  troubles = [];
  stop = new AbortController();
  runs = [];
});

afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await Promise.allSettled(runs);
});

function writer(overrides: Partial<StatusWriterOptions> = {}): StatusWriter {
  return new StatusWriter({
    branch: new MemoryBranch(remote),
    ref: REF,
    source,
    clock,
    random: () => 0.5,
    log: { info: () => undefined, warn: () => undefined },
    version: '0.1.0',
    author: { name: 'Intendant', email: 'intendant@localhost' },
    onTrouble: (error) => troubles.push(error),
    ...overrides,
  });
}

async function started(overrides: Partial<StatusWriterOptions> = {}): Promise<StatusWriter> {
  const made = writer(overrides);
  const run = made.run(stop.signal);
  run.catch(() => undefined);
  runs.push(run);
  await clock.settle();
  return made;
}

const history = (): ReturnType<MemoryRemote['history']> => remote.history(REF);
const subject = (): string => history().at(-1)!.message.split('\n')[0]!;
const file = (name: string): string => {
  const found = [...remote.files(REF)].find(([path]) => path === name || path.endsWith(`/${name}`));
  return found?.[1] ?? '';
};

describe('StatusWriter', () => {
  it('begins the branch with one commit of everything', async () => {
    await started();

    expect(history()).toHaveLength(1);
    expect([...remote.files(REF).keys()].map((path) => path.replace(/hosts\/[0-7/]+\//, 'hosts/*/')).sort()).toEqual([
      'README.md',
      'clusters/web/cluster.yaml',
      'clusters/web/hosts/*/web-1.yaml',
      'clusters/web/hosts/*/web-2.yaml',
      'diagnostics.yaml',
      'fleet.yaml',
    ]);
    expect(history()[0]!.message).toContain(`\n\nIntendant-Revision: main@sha1:${revisionRecord().accepted}\n`);
    expect(history()[0]!.timestamp).toBe(Math.floor(clock.now() / 1000));
  });

  it('makes one commit of all changes within the window, with what they were', async () => {
    const status = await started();

    status.touch(source.put(hostStatus('web-1', 'failed', 'web')));
    await clock.advance(1500);
    status.touch(source.put(hostStatus('web-2', 'failed', 'web')));
    await clock.advance(499);
    expect(history()).toHaveLength(1);
    await clock.advance(1);

    expect(history()).toHaveLength(2);
    expect(history()[1]!.message).toContain(
      '2 transitions: 2 failed\n\nHost/web-1: active → failed (ConnectTimeout)\n',
    );
    expect(file('web-1.yaml')).toContain('status: failed');
    expect(file('README.md')).toContain('ConnectTimeout');
  });

  it('writes only the files that changed', async () => {
    const status = await started();

    status.touch(source.put(hostStatus('web-1', 'failed', 'web')));
    await clock.advance(2000);

    const changed = [...history()[1]!.changes.keys()].map((path) => path.split('/').at(-1));
    expect(changed.sort()).toEqual(['README.md', 'web-1.yaml']);
    expect(subject()).toBe('Host/web-1: active → failed (ConnectTimeout)');
  });

  it('pushes nothing when what was touched renders to the same bytes', async () => {
    const status = await started();

    source.put({
      ...hostStatus('web-1', 'active', 'web'),
      detail: { ...hostStatus('web-1').detail, lastCheck: 'now' },
    });
    status.touch('Host/web-1');
    status.touch('Host/web-2');
    await clock.advance(10_000);

    expect(remote.pushes).toBe(1);
  });

  it('pushes nothing when an object went and came back within the window', async () => {
    const status = await started();

    status.touch(source.put(hostStatus('web-1', 'failed', 'web')));
    await clock.advance(1000);
    status.touch(source.put(hostStatus('web-1', 'active', 'web')));
    await clock.advance(10_000);

    expect(remote.pushes).toBe(1);
  });

  it('pushes nothing after a restart when nothing changed meanwhile', async () => {
    await started();
    stop.abort();
    stop = new AbortController();

    await clock.advance(60_000);
    await started();
    await clock.advance(60_000);

    expect(remote.pushes).toBe(1);
  });

  it('makes one commit of all differences after a restart, and removes what is no longer there', async () => {
    await started();
    stop.abort();
    stop = new AbortController();
    source.statuses.delete('Host/web-2');
    source.put(hostStatus('web-1', 'failed', 'web'));
    source.put(clusterStatus('web', 1, 1));

    await started();

    expect(history()).toHaveLength(2);
    expect([...remote.files(REF).keys()].some((path) => path.endsWith('web-2.yaml'))).toBe(false);
    expect(history()[1]!.message).not.toContain('Network');
  });

  it('says once an hour that the daemon lives, and nothing else', async () => {
    await started();

    await clock.advance(HOUR - 1);
    expect(history()).toHaveLength(1);
    await clock.advance(1);
    await clock.advance(HOUR);

    expect(history()).toHaveLength(3);
    expect(subject()).toBe('heartbeat');
    expect([...history()[2]!.changes.keys()]).toEqual(['fleet.yaml']);
    expect(file('fleet.yaml')).toContain('heartbeat: "2026-01-02T05:04:00.000Z"');
  });

  it('does not repeat the heartbeat of the process before it', async () => {
    await started();
    stop.abort();
    stop = new AbortController();
    await clock.advance(HOUR / 2);

    await started();
    await clock.advance(HOUR / 2 - 60_000);
    expect(history()).toHaveLength(1);
    await clock.advance(60_000);

    expect(history()).toHaveLength(2);
  });

  it('names the revision that was accepted, in fleet.yaml alone', async () => {
    const status = await started();

    source.revisionNow = revisionRecord({ accepted: 'ab'.repeat(20), tip: 'cd'.repeat(20) });
    status.touchFleet();
    await clock.advance(2000);

    expect([...history()[1]!.changes.keys()]).toEqual(['fleet.yaml']);
    expect(subject()).toBe(`accepted main@sha1:${'ab'.repeat(20)}`);
    expect(file('fleet.yaml')).toContain(`tip: ${'cd'.repeat(20)}`);
  });

  it('commits diagnostics, and counts them in the README', async () => {
    const status = await started();

    const finding = {
      severity: 'error' as const,
      code: 'unknown-field',
      message: 'unknown field `adress`',
      file: 'a.yaml',
      line: 1,
      column: 2,
    };
    source.revisionNow = revisionRecord({
      diagnostics: [finding],
      diagnosticsTotal: 7,
      held: { web: 'ab'.repeat(20) },
    });
    status.touchFleet();
    await clock.advance(2000);

    expect(file('diagnostics.yaml')).toContain('code: unknown-field');
    expect(file('README.md')).toContain('[Diagnostics: 7](diagnostics.yaml)');
    expect(file('README.md')).toContain('`ok` (held)');
  });

  it('removes the file of a host that has gone, and keeps that of an operation for ever', async () => {
    source.put(operationStatus('restart-web', 'Succeeded', 2, 2));
    const status = await started();

    source.statuses.delete('Host/web-2');
    source.statuses.delete('Operation/restart-web');
    status.touch('Host/web-2');
    status.touch('Operation/restart-web');
    await clock.advance(2000);

    expect(file('web-2.yaml')).toBe('');
    expect(file('restart-web.yaml')).toContain('status: Succeeded');
  });

  it('moves the file of a host that changes its cluster', async () => {
    const status = await started();

    status.touch(source.put(hostStatus('web-1', 'active', 'db')));
    await clock.advance(2000);

    const paths = [...remote.files(REF).keys()].filter((path) => path.endsWith('web-1.yaml'));
    expect(paths).toEqual([expect.stringMatching(/^clusters\/db\/hosts\//)]);
  });

  it('rebuilds on the new tip when somebody pushes in between, and keeps their commit', async () => {
    const status = await started();

    status.touch(source.put(hostStatus('web-1', 'failed', 'web')));
    remote.beforeNextPush = () => remote.pushFile(REF, 'docs/README.md', 'mine');
    await clock.advance(3000);

    expect(history().map(({ message }) => message.split('\n')[0])).toEqual([
      '3 transitions: 2 active, 1 ok',
      'add docs/README.md',
      'Host/web-1: active → failed (ConnectTimeout)',
    ]);
    expect(remote.files(REF).get('docs/README.md')).toBe('mine');
    expect(troubles).toEqual([]);
  });

  it('puts back its own file when somebody changed it, and leaves theirs', async () => {
    const status = await started();
    remote.pushFile(REF, 'README.md', 'hello');
    remote.pushFile(REF, 'fleet.yaml', 'hello');
    remote.pushFile(REF, 'clusters/web/notes.md', 'notes');

    status.touch(source.put(hostStatus('web-1', 'failed', 'web')));
    await clock.advance(3000);

    expect(file('README.md')).toContain('# Fleet `prod`');
    expect(file('fleet.yaml')).toContain('fleet: prod');
    expect(file('notes.md')).toBe('notes');
  });

  it('keeps trying when the remote refuses, says why, and recovers with the newest state in one commit', async () => {
    const status = await started();
    remote.refusal = 'protected branch';

    status.touch(source.put(hostStatus('web-1', 'failed', 'web')));
    await clock.advance(30_000);
    status.touch(source.put(hostStatus('web-2', 'failed', 'web')));
    const tries = troubles.length;
    remote.refusal = undefined;
    await clock.advance(60_000);

    expect(tries).toBeGreaterThan(2);
    expect(tries).toBeLessThan(10);
    expect(troubles[0]).toMatchObject({
      name: 'Transient',
      code: 'STATUS_PUSH_REFUSED',
      message: expect.stringContaining('protected branch'),
    });
    expect(troubles.at(-1)).toBeUndefined();
    expect(history()).toHaveLength(2);
    expect(file('web-2.yaml')).toContain('status: failed');
  });

  it('keeps trying when the remote is away from the start', async () => {
    remote.unreachable = true;
    await started();
    await clock.advance(120_000);
    remote.unreachable = false;
    await clock.advance(60_000);

    expect(history()).toHaveLength(1);
    expect(troubles.at(-1)).toBeUndefined();
  });

  it('loses nothing among 50 that push at the same time', async () => {
    const status = await started();
    const others = Array.from({ length: 50 }, (_, index) => `others/${index}.txt`);
    const branch = new MemoryBranch(remote);

    const racing = others.map(async (path, index) => {
      for (;;) {
        const parent = await branch.tip(REF, stop.signal);
        const changes = new Map([[path, `${index}`]]);
        const author = { name: 'Other', email: 'other@example.com' };
        const result = await branch.push(
          { ref: REF, parent, changes, message: path, author, timestamp: 0 },
          stop.signal,
        );
        if (result.ok) return result.commit;
      }
    });
    for (let index = 0; index < 20; index += 1) {
      status.touch(source.put(hostStatus(`new-${index}`, 'active', 'web')));
      await clock.advance(500);
    }
    const theirs = await Promise.all(racing);
    await clock.advance(10_000);

    for (const [index, path] of others.entries()) expect(remote.files(REF).get(path)).toBe(`${index}`);
    for (let index = 0; index < 20; index += 1) expect(file(`new-${index}.yaml`)).toContain(`Host/new-${index}`);
    const kept = new Set(history().map((commit) => [...remote.commits].find(([, other]) => other === commit)![0]));
    expect(theirs.every((commit) => kept.has(commit))).toBe(true);
  });

  it('flushes without waiting for the window, also while nothing runs', async () => {
    const status = writer();
    source.put(hostStatus('web-1', 'failed', 'web'));
    status.touch('Host/web-1');

    await status.flush(stop.signal);

    expect(history()).toHaveLength(1);
    expect(status.lastPushed()).toMatchObject({ commit: remote.refs.get(REF), at: clock.now(), files: 6 });
  });

  it('stops waiting in a flush when told to', async () => {
    remote.unreachable = true;
    const status = await started();
    const limit = new AbortController();

    const flushed = status.flush(limit.signal);
    limit.abort(new Error('enough'));

    await expect(flushed).rejects.toThrow('enough');
  });

  it('gives up a flush after so many failed tries when it is told to, and loses nothing by it', async () => {
    const status = writer();
    remote.refusal = 'protected branch';

    const flushed = status.flush(stop.signal, { tries: 2 });
    flushed.catch(() => undefined);
    await clock.advance(5000);
    await expect(flushed).rejects.toMatchObject({ code: 'STATUS_PUSH_REFUSED' });
    remote.refusal = undefined;
    await status.flush(stop.signal, { tries: 1 });

    expect(history()).toHaveLength(1);
    expect(troubles.map((error) => error?.code)).toEqual(['STATUS_PUSH_REFUSED', 'STATUS_PUSH_REFUSED', undefined]);
  });

  it('ends with the reason when it is stopped', async () => {
    const status = writer();
    const run = status.run(stop.signal);
    await clock.settle();

    stop.abort(new Error('shutting down'));

    await expect(run).rejects.toThrow('shutting down');
  });

  it.each([
    ['another store', { id: 'another' }, 'STATUS_FROM_OTHER_STORE'],
    ['a later state of this store', { epoch: 0 }, 'STATUS_FROM_LATER_STORE'],
  ])('writes nothing over a branch from %s', async (_what, overrides, code) => {
    await started();
    stop.abort();
    stop = new AbortController();
    source.metaNow = metaRecord(overrides);
    source.statuses.clear();

    await started();
    await clock.advance(10_000);

    expect(history()).toHaveLength(1);
    expect(troubles[0]).toMatchObject({ name: 'InvalidInput', code });
  });

  it('takes a branch over when it is told to', async () => {
    await started();
    stop.abort();
    stop = new AbortController();
    source.metaNow = metaRecord({ id: 'another' });

    await started({ takeOver: true });

    expect(file('fleet.yaml')).toContain('id: another');
  });

  it('writes nothing to a branch that holds a configuration, since it is not a status branch', async () => {
    remote.pushFile(REF, 'fleet.yaml', 'apiVersion: intendant/v1\nkind: Fleet\nmetadata: {name: prod}\n');
    remote.pushFile(REF, 'clusters/web/cluster.yaml', 'kind: Cluster\n');

    await started();
    await clock.advance(10_000);

    expect(remote.pushes).toBe(0);
    expect(troubles[0]).toMatchObject({ name: 'InvalidInput', code: 'STATUS_BRANCH_NOT_OURS' });
  });

  it('begins on a branch that holds only files of others', async () => {
    remote.pushFile(REF, 'docs/README.md', 'mine');

    await started();

    expect(history()).toHaveLength(2);
    expect(remote.files(REF).get('docs/README.md')).toBe('mine');
  });

  it('takes up another window and heartbeat', async () => {
    const status = await started();

    status.configure({ windowMs: 100, heartbeatMs: 60_000 });
    await clock.advance(3000);
    status.touch(source.put(hostStatus('web-1', 'failed', 'web')));
    await clock.advance(100);
    const soon = history().length;
    await clock.advance(60_000);

    expect(soon).toBe(3);
    expect(history().length).toBeGreaterThanOrEqual(4);
    expect(file('fleet.yaml')).toContain('heartbeatInterval: "1m"');
  });
});
