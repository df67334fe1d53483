import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AlertWatch } from '../../../../reconciler/engine/alerts/alert-watch.ts';
import { askPrometheus, readAnswer } from '../../../../reconciler/engine/alerts/prometheus.ts';
import type { AlertVerdict } from '../../../../reconciler/rollout/alerts.ts';
import { eventually } from '../../../support/eventually.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const never = new AbortController().signal;
const vector = (...names: string[]): string =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: names.map((alertname) => ({ metric: { alertname }, value: [1, '1'] })) },
  });

describe('readAnswer', () => {
  it.each<[string, number, string, AlertVerdict['state']]>([
    ['an empty vector', 200, vector(), 'clear'],
    ['a vector with alerts', 200, vector('DiskFull'), 'firing'],
    [
      'a scalar, which is never empty',
      200,
      '{"status":"success","data":{"resultType":"scalar","result":[1,"0"]}}',
      'unknown',
    ],
    ['an empty matrix', 200, '{"status":"success","data":{"resultType":"matrix","result":[]}}', 'unknown'],
    ['a mistake in the query', 400, '{"status":"error","errorType":"bad_data","error":"parse error"}', 'unknown'],
    ['an error under a good status', 200, '{"status":"error","errorType":"timeout","error":"t"}', 'unknown'],
    ['an empty vector under a bad status', 503, vector(), 'unknown'],
    ['an answer in part', 200, vector().replace('}}', '},"warnings":["remote read failed"]}'), 'unknown'],
    ['a login page', 200, '<html>', 'unknown'],
    ['nothing', 200, '', 'unknown'],
    ['null', 200, 'null', 'unknown'],
    ['no result', 200, '{"status":"success","data":{"resultType":"vector"}}', 'unknown'],
  ])('of %s', (_what, status, body, state) => {
    expect(readAnswer(status, body).state).toBe(state);
  });

  it('names each alert once, and what came along in a name is made harmless', () => {
    const verdict = readAnswer(200, vector('B', 'A', 'B', 'evil\u001b[2J\nname'));

    expect(verdict).toMatchObject({ state: 'firing' });
    expect(JSON.stringify(verdict)).not.toMatch(/\\u001b|\\n/);
  });
});

describe('askPrometheus', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('asks the API as it is documented, below the path of the address', async () => {
    let asked = '';
    const url = await serve((request, response) => {
      asked = `${request.method} ${request.url}`;
      response.end(vector());
    });

    const verdict = await askPrometheus({ url: `${url}/prometheus/`, query: 'ALERTS{severity="page"} > 0' }, never);

    expect(verdict).toEqual({ state: 'clear' });
    expect(asked).toBe('GET /prometheus/api/v1/query?query=ALERTS%7Bseverity%3D%22page%22%7D+%3E+0');
  });

  it.each<[string, RequestListener]>([
    ['that is slow', () => undefined],
    ['that stops in the middle', (_request, response) => void response.write('{"status":')],
    ['that never ends', (_request, response) => void response.write(' '.repeat(2 * 1024 * 1024))],
    ['that hangs up', (request) => void request.socket.destroy()],
    [
      'that leads elsewhere',
      (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
  ])('keeps the gate closed before a server %s', async (_what, listener) => {
    const url = await serve(listener);

    expect((await askPrometheus({ url, query: 'up', timeout: '200ms' }, never)).state).toBe('unknown');
  });

  it('keeps the gate closed where nobody listens', async () => {
    const url = await serve(() => undefined);
    server!.close();

    expect(await askPrometheus({ url, query: 'up' }, never)).toEqual({
      state: 'unknown',
      why: 'it cannot be reached (ECONNREFUSED)',
    });
  });

  it('sends a token to no other server than the one that the daemon names', async () => {
    let headers: Record<string, unknown> | undefined;
    const url = await serve((request, response) => {
      headers = request.headers;
      response.end(vector());
    });
    const servers = [{ origin: 'https://prometheus.example.org', tokenEnv: 'PATH' }];

    const verdict = await askPrometheus({ url, query: 'up' }, never, servers);

    expect(verdict).toEqual({ state: 'clear' });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('sends no token over http', async () => {
    let headers: unknown;
    const url = await serve((request, response) => {
      headers = request.headers;
      response.end(vector());
    });

    const verdict = await askPrometheus({ url, query: 'up' }, never, [{ origin: url, tokenEnv: 'PATH' }]);

    expect(verdict).toMatchObject({ state: 'unknown', why: expect.stringContaining('over https only') });
    expect(headers).toBeUndefined();
  });
});

describe('AlertWatch', () => {
  const gate = { url: 'http://127.0.0.1', query: 'up' };

  it('asks what was read, tells of every change, and answers at once with what it knows', async () => {
    const clock = new ManualClock();
    const ended = new AbortController();
    let verdict: AlertVerdict = { state: 'firing', alerts: ['A'] };
    let asked = 0;
    let changes = 0;
    const watch = new AlertWatch({
      ask: async () => {
        asked += 1;
        return verdict;
      },
      clock,
      onChange: () => (changes += 1),
    });
    const running = watch.run(ended.signal);
    await eventually(() => asked === 0);

    const first = watch.read(gate);
    await eventually(() => asked === 1);
    const second = watch.read(gate);
    verdict = { state: 'clear' };
    await eventually(() => {
      void clock.advance(5000);
      return watch.read(gate)?.verdict.state === 'clear';
    });
    ended.abort();
    await running;

    expect(first).toBeUndefined();
    expect(second).toMatchObject({ verdict: { state: 'firing' } });
    expect(changes).toBe(2);
  });

  it('asks no more once nobody has read it for a quarter of an hour', async () => {
    const clock = new ManualClock();
    let asked = 0;
    const ask = async (): Promise<AlertVerdict> => {
      asked += 1;
      return { state: 'clear' };
    };
    const watch = new AlertWatch({ ask, clock, onChange: () => undefined });
    watch.read(gate);
    await watch.look(never);
    await clock.advance(16 * 60_000);

    await watch.look(never);

    expect(asked).toBe(1);
    expect(watch.read(gate)).toBeUndefined();
  });
});
