import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Json } from '../../reconciler/model/json.ts';
import { keys } from '../../reconciler/store/keys.ts';
import type { ProgressEvent } from '../../reconciler/view/progress.ts';
import { ask } from '../../reconciler/view/socket-client.ts';
import { SocketView } from '../../reconciler/view/socket-view.ts';
import { eventually } from '../support/eventually.ts';
import { ViewedFleet } from '../support/fleet-views.ts';
import { hostStatus } from '../support/statuses.ts';

const SIGNAL = new AbortController().signal;

describe('the socket of the daemon', () => {
  let fleet: ViewedFleet;
  let view: SocketView;

  beforeEach(async () => {
    fleet = await ViewedFleet.start();
    view = new SocketView(fleet.socket);
  });

  afterEach(() => fleet.stop());

  const put = (key: string, value: unknown): Promise<unknown> =>
    fleet.store.commit([{ put: key, value: value as Json }]);
  const message = async (path: string): Promise<string> => {
    const { body } = await ask(fleet.socket, 'GET', path, SIGNAL);
    return (body as { error: { message: string } }).error.message;
  };

  it('can be opened by its owner alone, and leaves nothing else in the folder', () => {
    expect(statSync(fleet.socket).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(fleet.socket))).toEqual(['intendant.sock']);
  });

  it('names the daemon that holds the fleet', async () => {
    expect(await view.info(SIGNAL)).toMatchObject({ from: 'socket', holder: 'daemon-1' });
  });

  it('takes the place of a socket that nobody answers on', async () => {
    await fleet.stopDaemon();
    const dead = createServer().listen(fleet.socket);
    await eventually(() => dead.listening);
    dead.close();
    writeFileSync(`${fleet.socket}.note`, '');

    await fleet.serve();

    expect((await view.info(SIGNAL)).from).toBe('socket');
  });

  it('goes on where connections cannot be taken for a while', async () => {
    await fleet.stopDaemon();
    const listen = vi.spyOn(Server.prototype, 'listen');
    await fleet.serve();
    const listening = listen.mock.contexts[0] as Server;
    listen.mockRestore();

    // As Node does when the process has no file left.
    for (let time = 0; time < 3; time += 1) listening.emit('error', new Error('accept EMFILE'));

    expect((await view.info(SIGNAL)).from).toBe('socket');
  });

  it('does not take the place of a daemon that answers', async () => {
    await expect(fleet.serve()).rejects.toMatchObject({ name: 'Waiting', code: 'DAEMON_RUNNING' });
    expect((await view.info(SIGNAL)).from).toBe('socket');
  });

  it('does not replace what is not a socket', async () => {
    await fleet.stopDaemon();
    writeFileSync(fleet.socket, 'precious');

    await expect(fleet.serve()).rejects.toMatchObject({ name: 'InvalidInput', code: 'SOCKET_UNUSABLE' });
  });

  it('goes with the daemon', async () => {
    await fleet.stopDaemon();

    expect(readdirSync(dirname(fleet.socket))).toEqual([]);
    await expect(view.info(SIGNAL)).rejects.toMatchObject({ name: 'Transient', code: 'DAEMON_UNREACHABLE' });
  });

  it('passes on the hint to look now', async () => {
    await view.hint(SIGNAL);
    await view.hint(SIGNAL);

    expect(fleet.hints).toBe(2);
  });

  it('tells changes of objects as they happen, and ends when the daemon stops', async () => {
    const events: ProgressEvent[] = [];
    const watching = (async () => {
      for await (const event of view.progress(SIGNAL)) events.push(event);
      return 'ended';
    })();
    await eventually(() => events.length === 1);

    await put(keys.object('Host/web-1'), hostStatus('web-1', 'failed'));
    await fleet.store.commit([{ delete: keys.object('Host/web-1') }]);
    await put('records/Host/web-1', { format: 1 });
    await eventually(() => events.some(({ type }) => type === 'removed'));
    await fleet.stopDaemon();

    expect(await watching).toBe('ended');
    expect(events[0]).toEqual({ type: 'ready' });
    expect(events.at(-1)).toEqual({ type: 'removed', key: 'Host/web-1' });
    expect(events.every(({ type }) => ['ready', 'object', 'removed'].includes(type))).toBe(true);
  });

  it('stops telling changes when the reader leaves', async () => {
    const left = new AbortController();
    const events: ProgressEvent[] = [];

    for await (const event of view.progress(left.signal)) {
      events.push(event);
      left.abort();
    }

    expect(events).toEqual([{ type: 'ready' }]);
  });

  it('gives the journal and the output of an operation, page by page', async () => {
    const steps = Array.from({ length: 1100 }, (_, index) => `web-${String(index).padStart(4, '0')}`);
    await fleet.store.commit(steps.map((host) => ({ put: keys.journal('run', host, '0-run'), value: { format: 1 } })));
    await put(keys.output('run', 'web-0001', '0-run'), { text: 'hello' });
    await put(keys.output('run', 'web-00011', '0-run'), { text: 'other' });

    const journal = await view.journal('run', SIGNAL);

    expect(journal.map(({ step }) => step)).toEqual(steps.map((host) => `${host}/0-run`));
    expect(await view.output('run', 'web-0001', SIGNAL)).toEqual([{ step: '0-run', value: { text: 'hello' } }]);
    expect(await view.journal('other', SIGNAL)).toEqual([]);
  });

  it('tells what came of each host of an operation whose steps were cleaned away, and the steps of later rounds', async () => {
    const ended = (round: number, host: string): object => {
      const outcome = { result: 'succeeded', reason: 'Done', message: 'done' };
      const step = {
        id: `run.${round}`,
        action: 'verdict',
        target: `Host/${host}`,
        ordinal: 7,
        round,
        verdict: outcome,
      };
      return { format: 1, round, step, startedAt: '2026-01-02T03:04:05.000Z', outcome };
    };
    const succeeded = [{ round: 0, hosts: ['web-1', 'web-2'] }];
    await put(keys.sealed('old'), { format: 1, round: 0, at: '2026-01-02T03:04:05.000Z', succeeded, others: {} });
    await put(keys.journal('old', 'web-2', '000-left-over'), ended(0, 'web-2'));
    await put(keys.journal('old', 'web-3', '001-007-verdict'), ended(1, 'web-3'));

    const journal = (await view.journal('old', SIGNAL)) as { step: string; value: { outcome: { result: string } } }[];

    expect(journal.map(({ step, value }) => `${step.split('/')[0]} ${value.outcome.result}`)).toEqual([
      'web-1 succeeded',
      'web-2 succeeded',
      'web-3 succeeded',
    ]);
  });

  it('answers what does not exist with a sentence', async () => {
    expect(await message('/v1/objects/Host/nobody')).toBe('There is no "Host" named "nobody" with a status.');
    expect(await message('/v1/objects?kind=host')).toBe('There is no kind "host".');
    expect(await message('/v1/operations/..%2f..%2fmeta/journal')).toBe('There is no operation named "../../meta".');
    expect(await message('/v1/operations/run/output/A')).toBe('There is no host named "A".');
    expect(await message('/v2')).toBe('There is nothing at "/v2".');
  });

  it('does not leave the objects when it is asked for a page after something else', async () => {
    await put(keys.object('Host/web-1'), hostStatus('web-1'));
    await put('meta', { format: 1, id: 'x', epoch: 1, version: '1' });

    const { body } = await ask(fleet.socket, 'GET', '/v1/objects?after=claims/&limit=-1', SIGNAL);

    expect(body).toEqual({ items: [hostStatus('web-1')] });
  });

  it('refuses a path that is too long for a socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'x'.repeat(100)));

    const { serveSocket } = await import('../../reconciler/view/socket-server.ts');
    const serving = serveSocket({
      path: join(folder, 'intendant.sock'),
      store: fleet.store,
      view: fleet.storeView(),
      fleet: 'x',
      clock: { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() },
      holder: 'x',
      hint: () => undefined,
    });

    await expect(serving).rejects.toMatchObject({ code: 'SOCKET_PATH_TOO_LONG' });
    rmSync(folder, { recursive: true });
  });
});
