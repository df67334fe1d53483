import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { controllerRegistry } from '../../../../reconciler/kinds/registry.ts';
import { systemClock } from '../../../../reconciler/model/clock.ts';
import type { Json } from '../../../../reconciler/model/json.ts';
import { METRICS } from '../../../../reconciler/model/metrics.ts';
import type { ObjectStatus } from '../../../../reconciler/model/status.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import { FleetCache } from '../../../../reconciler/view/fleet-cache.ts';
import { metrics } from '../../../../reconciler/view/metrics/metrics-routes.ts';
import { Metrics } from '../../../../reconciler/view/metrics/metrics.ts';
import { eventually } from '../../../support/eventually.ts';
import { metricsTable } from '../../../support/metrics-table.ts';
import { conditionOf, hostStatus, operationStatus, revisionRecord } from '../../../support/statuses.ts';
import { storeForEachTest } from '../../../support/store-for-each-test.ts';

const KINDS = [...controllerRegistry().keys()];
const own = storeForEachTest();
let cache: FleetCache;
let gathered: Metrics;

beforeEach(() => {
  cache = new FleetCache({ store: own.store, clock: systemClock });
  gathered = new Metrics({ kinds: KINDS, version: '1.2.3', ofProcess: false });
});

function scrape(options: { infoOfHosts?: boolean } = {}): () => Promise<string> {
  const routes = metrics({ cache, store: own.store, clock: systemClock, stopping: own.stop.signal }, gathered, options);
  return async () => (await routes.request('/')).text();
}

function put(...objects: ObjectStatus[]): Promise<unknown> {
  return own.store.commit(
    objects.map((status) => ({ put: keys.object(status.key), value: status as unknown as Json })),
  );
}

async function filled(count: number): Promise<void> {
  void cache.run(own.stop.signal);
  await eventually(() => cache.ready && cache.list().length === count);
}

/** Lines of one metric, as they stand there. */
function linesOf(text: string, name: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

describe('the metrics', () => {
  it('are all there at zero from the start', async () => {
    const text = await scrape()();

    const steady = text.replace(/^(intendant_event_loop_lag_seconds\{.*\}) .*$/gm, '$1 LAG');
    await expect(steady).toMatchFileSnapshot('../../../golden/metrics/at-zero.txt');
  });

  it('are what promtool calls good metrics', async () => {
    await filled(0).catch(() => undefined);
    const whole = new Metrics({ kinds: KINDS, version: '1.2.3' });
    const routes = metrics({ cache, store: own.store, clock: systemClock, stopping: own.stop.signal }, whole);
    const text = await (await routes.request('/')).text();
    if (spawnSync('promtool', ['--version']).error) {
      expect(text).toContain('process_cpu_seconds_total');
      return;
    }

    // Names that prom-client gives to what it says of Node are none of ours.
    const ours = text.split('\n\n').filter((block) => block.includes('# HELP intendant_'));
    const said = execFileSync('promtool', ['check', 'metrics'], { input: `${ours.join('\n\n')}\n`, encoding: 'utf8' });

    expect(said).toBe('');
  });

  it('say what the cache knows of hosts and operations', async () => {
    const drifted = hostStatus('web-3', 'active', 'web');
    drifted.conditions.push(conditionOf('Drifted', 'True', 'ProfileDiffers', 'motd differs'));
    drifted.detail.maintenance = true;
    await put(
      hostStatus('web-1', 'active', 'web'),
      hostStatus('web-2', 'failed', 'web'),
      drifted,
      operationStatus('restart-web', 'Running', 1, 3),
      operationStatus('restart-old', 'Succeeded', 3, 3),
    );
    await filled(5);

    const text = await scrape()();

    expect(linesOf(text, 'intendant_hosts')).toContain('intendant_hosts{status="active"} 2');
    expect(linesOf(text, 'intendant_hosts')).toContain('intendant_hosts{status="failed"} 1');
    expect(linesOf(text, 'intendant_hosts_drifted')).toEqual(['intendant_hosts_drifted 1']);
    expect(linesOf(text, 'intendant_hosts_in_maintenance')).toEqual(['intendant_hosts_in_maintenance 1']);
    expect(linesOf(text, 'intendant_operations')).toContain('intendant_operations{phase="Running"} 1');
    expect(linesOf(text, 'intendant_operation_hosts')).toEqual([
      'intendant_operation_hosts{operation="restart-web",state="succeeded"} 1',
      'intendant_operation_hosts{operation="restart-web",state="failed"} 0',
      'intendant_operation_hosts{operation="restart-web",state="skipped"} 0',
      'intendant_operation_hosts{operation="restart-web",state="running"} 0',
      'intendant_operation_hosts{operation="restart-web",state="pending"} 2',
    ]);
    expect(linesOf(text, 'intendant_resource_info')).toContain(
      'intendant_resource_info{kind="Operation",name="restart-web",cluster="web",status="Running",ready="Unknown",suspended="false",revision=""} 1',
    );
    expect(text).not.toContain('name="web-1"');
  });

  it('forget what is gone', async () => {
    await put(hostStatus('web-1', 'failed'), operationStatus('restart-web', 'Running', 1, 3));
    await filled(2);
    const scraped = scrape();
    await scraped();

    await own.store.commit([{ delete: keys.object('Host/web-1') }, { delete: keys.object('Operation/restart-web') }]);
    await eventually(() => cache.list().length === 0);
    const text = await scraped();

    expect(linesOf(text, 'intendant_hosts')).toContain('intendant_hosts{status="failed"} 0');
    expect(linesOf(text, 'intendant_operation_hosts')).toEqual([]);
    expect(linesOf(text, 'intendant_resource_info')).toEqual([]);
  });

  it('say of each host only where that is asked for', async () => {
    await put(hostStatus('web-1', 'active', 'web'));
    await filled(1);

    const text = await scrape({ infoOfHosts: true })();

    expect(linesOf(text, 'intendant_resource_info')[0]).toMatch(
      /kind="Host",name="web-1",cluster="web",status="active",ready="True"/,
    );
  });

  it('say what only the store knows', async () => {
    const refused = { code: 'NON_FAST_FORWARD', message: 'rewritten' };
    const revision = revisionRecord({ tip: 'b'.repeat(40), refused, diagnosticsTotal: 7 });
    const halt = { format: 1, who: 'jo', why: 'smoke', since: '2026-01-01T00:00:00.000Z' };
    await own.store.commit([
      { put: keys.claim('web-1'), value: { format: 1, owner: 'Operation/op', round: 0, since: '', holder: 'd' } },
      { put: keys.claim('web-2'), value: { format: 1, owner: 'Operation/op', round: 0, since: '', holder: 'd' } },
      { put: keys.halt, value: halt },
      { put: keys.revision, value: revision as unknown as Json },
    ]);

    const text = await scrape()();

    expect(linesOf(text, 'intendant_slots_held')).toEqual(['intendant_slots_held 2']);
    expect(linesOf(text, 'intendant_halted')).toEqual([
      'intendant_halted{by="hand"} 1',
      'intendant_halted{by="file"} 0',
    ]);
    expect(linesOf(text, 'intendant_config_revision_behind')).toEqual([
      'intendant_config_revision_behind{why="unprocessed"} 0',
      'intendant_config_revision_behind{why="refused"} 1',
    ]);
    expect(linesOf(text, 'intendant_config_diagnostics')).toEqual(['intendant_config_diagnostics 7']);
    expect(linesOf(text, 'intendant_store_up')).toEqual(['intendant_store_up 1']);
  });

  it('say that the store does not answer, and nothing of what it would have said', async () => {
    const scraped = scrape();
    await own.store.close();

    const text = await scraped();

    expect(linesOf(text, 'intendant_store_up')).toEqual(['intendant_store_up 0']);
    expect(linesOf(text, 'intendant_slots_held')).toEqual([]);
    expect(linesOf(text, 'intendant_halted')).toEqual([]);
  });

  it('count what happens, and take values that they do not know together', async () => {
    gathered.count('sshLogins', { result: 'HOST_UNREACHABLE' });
    gathered.count('sshLogins', { result: 'SOMETHING_NEW' });
    gathered.observe('reconcileDuration', { kind: 'Host', outcome: 'steady' }, 0.02);
    gathered.gauge('queueDepth', () => 3);
    gathered.gauge('queueDepth', () => 4);

    const text = await scrape()();

    expect(linesOf(text, 'intendant_ssh_logins_total')).toContain(
      'intendant_ssh_logins_total{result="HOST_UNREACHABLE"} 1',
    );
    expect(linesOf(text, 'intendant_ssh_logins_total')).toContain('intendant_ssh_logins_total{result="other"} 1');
    expect(text).toContain('intendant_reconcile_duration_seconds_count{kind="Host",outcome="steady"} 1');
    expect(linesOf(text, 'intendant_queue_depth')).toEqual(['intendant_queue_depth 4']);
  });

  it('are made once for all who ask at the same time', async () => {
    let asked = 0;
    gathered.source(async () => ({ queueDepth: (asked += 1) }));
    const scraped = scrape();

    const [one, other] = await Promise.all([scraped(), scraped()]);

    expect(one).toBe(other);
    expect(asked).toBe(1);
  });

  it('stand in the README as they are', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../../README.md'), 'utf8');

    expect(readme).toContain(metricsTable());
  });

  it('are counters in _total and durations in seconds', () => {
    for (const { name, type } of Object.values(METRICS)) {
      expect(name).toMatch(type === 'counter' ? /^intendant_[a-z_]+_total$/ : /^intendant_[a-z_]+$/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });
});
