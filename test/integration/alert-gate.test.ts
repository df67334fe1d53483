import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askPrometheus } from '../../reconciler/engine/alerts/prometheus.ts';
import { freePorts } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith, findProgram } from '../support/real-parts.ts';

const CONFIG = `global: { evaluation_interval: 200ms }
rule_files: [rules.yaml]
`;
const RULES = `groups:
  - name: test
    rules:
      - { alert: AlwaysFiring, expr: vector(1), labels: { severity: critical } }
`;

describeWith(['prometheus'], 'an alert gate and a real Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const signal = AbortSignal.timeout(60_000);
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    writeFileSync(join(folder, 'prometheus.yaml'), CONFIG);
    writeFileSync(join(folder, 'rules.yaml'), RULES);
    const [port] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    server = spawn(
      findProgram('prometheus')!,
      [
        `--config.file=${folder}/prometheus.yaml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    await eventually(async () => (await askPrometheus({ url, query: 'vector(1)' }, signal)).state === 'firing', {
      timeoutMs: 30_000,
    });
  });

  afterAll(async () => {
    server.kill('SIGKILL');
    await once(server, 'close');
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (query: string): ReturnType<typeof askPrometheus> => askPrometheus({ url, query }, signal);

  it('is closed by an alert that fires, and says its name', async () => {
    await eventually(async () => (await ask('ALERTS{alertstate="firing"}')).state === 'firing', { timeoutMs: 20_000 });

    expect(await ask('ALERTS{alertstate="firing", severity="critical"}')).toEqual({
      state: 'firing',
      alerts: ['AlwaysFiring'],
    });
  });

  it('is open when nothing answers the query', async () => {
    expect(await ask('ALERTS{alertname="Nothing"}')).toEqual({ state: 'clear' });
  });

  it('is closed by a query that is wrong, and by one that gives no vector', async () => {
    expect(await ask('ALERTS{')).toMatchObject({
      state: 'unknown',
      why: expect.stringContaining('answered 400, bad_data'),
    });
    expect(await ask('1')).toMatchObject({ state: 'unknown', why: expect.stringContaining('not a vector') });
  });
});
