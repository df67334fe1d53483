import { describe, expect, it } from 'vitest';
import { Transient } from '../../../reconciler/model/errors.ts';
import type { FleetInfo, FleetView, ViewSource } from '../../../reconciler/view/fleet-view.ts';
import { describeView, openView } from '../../../reconciler/view/open-view.ts';

const SIGNAL = new AbortController().signal;
const NOW = Date.parse('2026-01-02T12:00:00.000Z');

class FakeView implements FleetView {
  closed = false;
  readonly from: ViewSource;
  readonly #failure: string | undefined;

  constructor(from: ViewSource, failure?: string) {
    this.from = from;
    this.#failure = failure;
  }

  async info(): Promise<FleetInfo> {
    if (this.#failure !== undefined) throw new Transient(this.#failure, { code: 'X' });
    return { from: this.from, asOf: '2026-01-02T11:48:00.000Z', fleet: 'prod', version: '1', held: {} };
  }

  list = async () => [];
  get = async () => undefined;
  diagnostics = async () => ({ diagnostics: [], total: 0 });

  async close(): Promise<void> {
    this.closed = true;
  }
}

describe('openView', () => {
  it('takes the freshest that answers, closes those that do not, and says why', async () => {
    const silent = new FakeView('socket', 'No daemon answers.');

    const opened = await openView(
      {
        status: () => new FakeView('status'),
        store: () => Promise.reject(new Transient('The store is locked.', { code: 'STORE_IN_USE' })),
        socket: () => silent,
      },
      {},
      SIGNAL,
    );

    expect(opened.info.from).toBe('status');
    expect(silent.closed).toBe(true);
    expect(opened.tried).toEqual([
      { from: 'socket', why: 'No daemon answers.', code: 'X' },
      { from: 'store', why: 'The store is locked.', code: 'STORE_IN_USE' },
    ]);
  });

  it('asks only the one that it is told to ask', async () => {
    const openers = { socket: () => new FakeView('socket'), status: () => new FakeView('status', 'No branch.') };

    await expect(openView(openers, { from: 'status' }, SIGNAL)).rejects.toThrow(
      'Nothing that knows the fleet answers. the status branch: No branch.',
    );
  });

  it('says what was tried when none answers', async () => {
    const openers = {
      socket: () => new FakeView('socket', 'No daemon answers.'),
      store: () => new FakeView('store', 'Locked.'),
    };

    await expect(openView(openers, {}, SIGNAL)).rejects.toMatchObject({
      code: 'NO_VIEW',
      message: 'Nothing that knows the fleet answers. the daemon: No daemon answers. the store: Locked.',
    });
  });

  it('says that the one asked for is not configured', async () => {
    await expect(openView({}, { from: 'store' }, SIGNAL)).rejects.toMatchObject({ code: 'VIEW_NOT_CONFIGURED' });
    await expect(openView({}, {}, SIGNAL)).rejects.toThrow('Nothing is configured.');
  });

  it('does not go on to the next when it is told to stop', async () => {
    const stop = new AbortController();
    const socket = (): FleetView => {
      stop.abort(new Error('enough'));
      throw new Error('late');
    };

    await expect(openView({ socket, status: () => new FakeView('status') }, {}, stop.signal)).rejects.toThrow('enough');
  });
});

describe('describeView', () => {
  const info = (from: ViewSource, asOf: string): FleetInfo => ({ from, asOf, fleet: 'prod', version: '1', held: {} });

  it('says who answered and how old it is', () => {
    expect(describeView(info('socket', '2026-01-02T12:00:00.000Z'), NOW)).toBe('from the daemon, now');
    expect(describeView(info('status', '2026-01-02T11:48:00.000Z'), NOW)).toBe(
      'from the status branch, at most 12m old',
    );
    expect(describeView(info('store', '1970-01-01T00:00:00.000Z'), NOW)).toBe('from the store, nothing written yet');
  });
});
