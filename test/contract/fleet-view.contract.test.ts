import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VIEW_SOURCES } from '../../reconciler/view/fleet-view.ts';
import { ViewedFleet } from '../support/fleet-views.ts';
import { clusterStatus, FakeSource, hostStatus, operationStatus, revisionRecord } from '../support/statuses.ts';

const SIGNAL = new AbortController().signal;
const NAMES = Array.from({ length: 600 }, (_, index) => `web-${index}`);
const HELD = 'ab'.repeat(20);

describe.each(VIEW_SOURCES)('a fleet seen through the %s', (from) => {
  let fleet: ViewedFleet;
  let source: FakeSource;

  beforeAll(async () => {
    fleet = await ViewedFleet.start();
    source = new FakeSource([
      clusterStatus('web', NAMES.length, 1),
      ...NAMES.map((name) => hostStatus(name, name === 'web-7' ? 'failed' : 'active', 'web')),
      hostStatus('lonely'),
      operationStatus('restart-web', 'Running', 3, 5),
      { key: 'ContainerManager/k8s', status: 'accepted', conditions: [], detail: {} },
    ]);
    source.revisionNow = revisionRecord({
      tip: 'cd'.repeat(20),
      refused: { code: 'NON_FAST_FORWARD', message: 'The branch was rewritten.' },
      held: { web: HELD },
      diagnostics: [
        {
          severity: 'error',
          code: 'unknown-field',
          message: 'unknown field `adress`',
          file: 'a.yaml',
          line: 3,
          column: 5,
          cluster: 'web',
        },
        { severity: 'warning', code: 'odd', message: 'odd', file: 'b.yaml', line: 1, column: 1, key: 'Host/web-1' },
      ],
      diagnosticsTotal: 250,
    });
    await fleet.publish(source);
  });

  afterAll(() => fleet.stop());

  it('says what it is, and how new', async () => {
    const info = await fleet.view(from).info(SIGNAL);

    expect(info).toMatchObject({ from, fleet: 'prod', version: '0.1.0', held: { web: HELD } });
    expect(info.store).toMatchObject({ id: source.meta().id, epoch: 1 });
    expect(Math.abs(Date.now() - Date.parse(info.asOf))).toBeLessThan(120_000);
    expect(Number.isFinite(Date.parse(info.heartbeat ?? ''))).toBe(true);
  });

  it('names the revision in effect, the tip, and why the tip is refused', async () => {
    const { branch, accepted, tip, refused } = source.revision()!;

    expect((await fleet.view(from).info(SIGNAL)).revision).toEqual({ branch, accepted, tip, refused });
  });

  it('lists every object once, sorted, over as many pages as it takes', async () => {
    const all = await fleet.view(from).list(undefined, SIGNAL);

    expect(all.map(({ key }) => key)).toEqual([...source.statuses.keys()].sort());
    expect(new Map(all.map((status) => [status.key, status]))).toEqual(source.statuses);
  });

  it.each(['Host', 'Cluster', 'Operation', 'ContainerManager', 'Network'])('lists those of kind %s', async (kind) => {
    const found = await fleet.view(from).list(kind, SIGNAL);

    expect(found.map(({ key }) => key)).toEqual(
      [...source.statuses.keys()].filter((key) => key.startsWith(`${kind}/`)).sort(),
    );
  });

  it.each(['Host/web-7', 'Host/lonely', 'Cluster/web', 'Operation/restart-web', 'ContainerManager/k8s'] as const)(
    'gives %s whole',
    async (key) => {
      expect(await fleet.view(from).get(key, SIGNAL)).toEqual(source.object(key));
    },
  );

  it.each(['Host/nobody', 'Host/WEB', 'Nothing/x', 'Host/a/b', 'Cluster/x', '../etc'])(
    'answers nothing for %s',
    async (key) => {
      expect(await fleet.view(from).get(key as `Host/${string}`, SIGNAL)).toBeUndefined();
    },
  );

  it('gives the diagnostics and how many there are in all', async () => {
    const { diagnostics, diagnosticsTotal: total } = source.revision()!;

    expect(await fleet.view(from).diagnostics(SIGNAL)).toEqual({ diagnostics, total });
  });

  it('stops when it is told to', async () => {
    const stopped = AbortSignal.abort(new Error('enough'));

    await expect(fleet.view(from).list(undefined, stopped)).rejects.toThrow('enough');
  });
});
