import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Hono } from 'hono';
import { allKinds } from '../../schema/registry.ts';
import { askPrometheus } from '../../reconciler/engine/alerts/prometheus.ts';
import { startReconciler } from '../../reconciler/main.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import { FleetCache } from '../../reconciler/view/fleet-cache.ts';
import type { ViewEnv } from '../../reconciler/view/http/context.ts';
import { serveView } from '../../reconciler/view/http/server.ts';
import { metrics } from '../../reconciler/view/metrics/metrics-routes.ts';
import { Metrics } from '../../reconciler/view/metrics/metrics.ts';
import { document, restartDocument } from '../support/documents.ts';
import { freePorts } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith, findProgram } from '../support/real-parts.ts';
import { startScenario, type Scenario } from '../support/scenario.ts';
import { silentLog } from '../support/silent-log.ts';
import { hostStatus } from '../support/statuses.ts';
import { temporaryStore } from '../support/temporary-store.ts';

const KINDS = allKinds().map(({ kind }) => kind);

/** Value of one line of the metrics. */
function valueOf(text: string, line: string): number {
  const found = text.split('\n').find((one) => one.startsWith(`${line} `));
  if (found === undefined) throw new Error(`there is no ${line}`);
  return Number(found.slice(line.length + 1));
}

describe('the counters of a daemon', () => {
  let scenario: Scenario;

  beforeEach(async () => {
    scenario = await startScenario({ clusters: { web: 3 }, rebootMs: 100 });
  });
  afterEach(async () => {
    await scenario.stop();
  });

  it('move with what it does on hosts and with git', async () => {
    const config = await scenario.config();
    // Nobody listens at port 1 of this machine.
    const away = document('Host', 'away', { address: '127.0.0.1', port: 1 });
    await scenario.repo.push({ 'away.yaml': away }, 'one that is away');
    const gathered = new Metrics({ kinds: KINDS, version: '0', ofProcess: false });
    const running = await startReconciler(config, { log: silentLog, meter: gathered });
    let text = '';
    try {
      await scenario.untilHosts(scenario.hosts('web'), 'active');
      await scenario.repo.push({ 'restart.yaml': restartDocument('restart-web', 'web') }, 'restart');
      await scenario.untilPhase('restart-web', ['Succeeded', 'Failed']);
      text = await gathered.text();
    } finally {
      await running.stop();
    }
    const after = await gathered.text();

    const value = (line: string): number => valueOf(text, line);
    expect(value('intendant_reconcile_duration_seconds_count{kind="Host",outcome="steady"}')).toBeGreaterThanOrEqual(3);
    expect(value('intendant_reconcile_duration_seconds_count{kind="Operation",outcome="progress"}')).toBeGreaterThan(0);
    expect(value('intendant_git_requests_total{type="tip",result="ok"}')).toBeGreaterThan(0);
    expect(value('intendant_git_requests_total{type="fetch",result="ok"}')).toBeGreaterThan(0);
    expect(value('intendant_git_requests_total{type="push",result="ok"}')).toBeGreaterThan(0);
    // Each host once, and once more after its reboot.
    expect(value('intendant_ssh_logins_total{result="ok"}')).toBeGreaterThanOrEqual(6);
    expect(value('intendant_ssh_logins_total{result="HOST_UNREACHABLE"}')).toBeGreaterThan(0);
    expect(value('intendant_ssh_connections_open')).toBe(3);
    expect(
      value('intendant_ssh_command_duration_seconds_count{verb="step-start",result="exited"}'),
    ).toBeGreaterThanOrEqual(3);
    expect(value('intendant_ssh_command_duration_seconds_count{verb="facts",result="threw"}')).toBeGreaterThan(0);
    expect(value('intendant_store_request_failures_total{request="commit"}')).toBe(0);
    expect(valueOf(after, 'intendant_ssh_connections_open')).toBe(0);
  }, 90_000);
});

describeWith(['prometheus'], 'the metrics and a real Prometheus', () => {
  it('are scraped, and the alerts of the example are about to fire', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
    const { store, remove } = await temporaryStore();
    const stop = new AbortController();
    const cache = new FleetCache({ store, clock: systemClock });
    const following = cache.run(stop.signal);
    const gathered = new Metrics({ kinds: KINDS, version: '0' });
    const app = new Hono<ViewEnv>();
    app.route('/metrics', metrics({ cache, store, clock: systemClock, stopping: stop.signal }, gathered));
    const server = await serveView({ app, address: '127.0.0.1', port: 0, clock: systemClock, log: silentLog });
    const rules = join(import.meta.dirname, '../../examples-repo/monitoring/prometheus-rules.yaml.example');
    writeFileSync(
      join(folder, 'prometheus.yaml'),
      `global: { scrape_interval: 500ms, evaluation_interval: 500ms }
rule_files: [${JSON.stringify(rules)}]
scrape_configs:
  - { job_name: intendant, static_configs: [{ targets: ['${new URL(server.url).host}'] }] }
`,
    );
    const [port] = await freePorts(1);
    const prometheus = spawn(
      findProgram('prometheus')!,
      [
        `--config.file=${folder}/prometheus.yaml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    const ask = (query: string): ReturnType<typeof askPrometheus> =>
      askPrometheus({ url: `http://127.0.0.1:${port}`, query }, AbortSignal.timeout(10_000));
    try {
      await store.commit([
        { put: 'objects/Host/web-1', value: JSON.parse(JSON.stringify(hostStatus('web-1', 'failed'))) },
      ]);

      const fires = async (query: string): Promise<boolean> => (await ask(query)).state === 'firing';
      await eventually(() => fires('intendant_hosts{job="intendant",status="failed"} == 1'), { timeoutMs: 40_000 });
      await eventually(() => fires('ALERTS{alertname="IntendantHostsFailed"}'), { timeoutMs: 20_000 });

      expect(await fires('up{job="intendant"} == 1')).toBe(true);
      expect(await fires('scrape_samples_scraped > 500')).toBe(true);
      expect(await fires('ALERTS{alertname="IntendantStoreAway"}')).toBe(false);
    } finally {
      prometheus.kill('SIGKILL');
      await once(prometheus, 'close');
      stop.abort(new Error('the test ends'));
      await following;
      await server.close();
      await remove();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 90_000);
});
