import type { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stepName } from '../../../../reconciler/engine/step-name.ts';
import type { JournalRecord } from '../../../../reconciler/model/plan.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import { apiV0 } from '../../../../reconciler/view/api-v0/routes.ts';
import type { ViewEnv } from '../../../../reconciler/view/http/context.ts';
import { eventually } from '../../../support/eventually.ts';
import { journalEntry, operationRecord } from '../../../support/held-host.ts';
import { documentOf } from '../../../support/inventory.ts';
import { operationStatus } from '../../../support/statuses.ts';
import { ViewWorld } from '../../../support/view-world.ts';

const BEGAN = '2026-01-01T00:00:00.000Z';
const ENDED = '2026-01-01T01:00:00.000Z';

let world: ViewWorld;
let app: Hono<ViewEnv>;

beforeEach(async () => {
  world = await ViewWorld.start();
  world.commit({
    'web.yaml': documentOf('Cluster', 'web', {}),
    'hosts.yaml': ['web-1', 'web-2']
      .map((name, at) => documentOf('Host', name, { address: `10.0.0.${at + 1}`, cluster: 'web' }))
      .join('---\n'),
  });
  const verdict: JournalRecord = journalEntry('verdict', 9, 'succeeded');
  verdict.step.verdict = { result: 'succeeded', reason: 'R', message: 'm' };
  await world.write([
    [keys.record('Operation/op'), operationRecord()],
    [keys.journal('op', 'web-1', stepName(verdict.step)), verdict],
  ]);
  await world.put(statusOf('Running', { running: ['web-2'] }));
  app = world.app({ '/api/v0': apiV0 });
});
afterEach(() => world.stop());

function statusOf(phase: string, detail: Record<string, string | string[]>) {
  const brief = operationStatus('op', phase, 0, 2);
  return { ...brief, detail: { ...brief.detail, clusters: ['web'], beganAt: BEGAN, ...detail } };
}

async function restart(init?: RequestInit): Promise<Response> {
  return app.request('/api/v0/cluster/web/restart', init);
}

describe('the record of a restart', () => {
  it('is not called failed in the moment in which the operation has ended and its status is not known yet', async () => {
    await world.write([[keys.record('Operation/op'), operationRecord({ phase: 'Succeeded', finishedAt: ENDED })]]);

    const answer = await restart();

    expect(await answer.json()).toEqual({
      name: 'web',
      status: 'in_process',
      restarted: ['10.0.0.1'],
      in_process: ['10.0.0.2'],
      started_at: '2026-01-01T00:00:00.000000',
      finished_at: '',
    });
  });

  it('has no host in both lists while the journal is ahead of the status', async () => {
    await world.put(statusOf('Running', { running: ['web-1', 'web-2'] }));

    const answer = await restart();

    expect(await answer.json()).toMatchObject({ restarted: ['10.0.0.1'], in_process: ['10.0.0.2'] });
  });

  it('is told to those who still wait when somebody else who asked goes away', async () => {
    const { list } = world.store;
    let reads = 0;
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    world.store.list = async (prefix, options, signal) => {
      reads += 1;
      await held;
      signal?.throwIfAborted();
      return list.call(world.store, prefix, options, signal);
    };
    const gone = new AbortController();
    const first = restart({ signal: gone.signal });
    await eventually(() => reads === 1);
    const second = restart();

    gone.abort(new Error('gone'));
    goOn();

    expect((await first).status).toBeGreaterThanOrEqual(500);
    expect((await second).status).toBe(200);
    expect(reads).toBe(1);
  });
});
