import { describe, expect, it } from 'vitest';
import type { HostEvent } from '../../../reconciler/demo/record.ts';
import type { JsonObject } from '../../../reconciler/model/json.ts';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import { renderRestart, restartNews, restartRows } from '../../../cli/demo/restart-view.ts';
import { LiveText } from '../../../cli/output/live-text.ts';
import { paintFor } from '../../../cli/output/paint.ts';

const BATCHES = [['web-1'], ['web-2', 'web-3']];

function operation(detail: JsonObject): ObjectStatus {
  return { key: 'Operation/demo-restart', status: 'Running', conditions: [], detail };
}

function event(host: string, what: HostEvent['event']): HostEvent {
  return { at: 0, host, event: what };
}

describe('restartRows', () => {
  it('has every host waiting and up before anything happened', () => {
    const rows = restartRows(BATCHES, [], undefined);

    expect(rows.map((row) => [row.batch, row.host, row.power, row.state])).toEqual([
      [1, 'web-1', 'up', 'waiting'],
      [2, 'web-2', 'up', 'waiting'],
      [2, 'web-3', 'up', 'waiting'],
    ]);
  });

  it('follows the hosts own record and the outcomes in the status', () => {
    const events = [event('web-1', 'down'), event('web-1', 'boot'), event('web-2', 'down')];
    const status = operation({ running: ['web-2'], outcomes: { 'web-1': { result: 'succeeded' } } });

    const rows = restartRows(BATCHES, events, status);

    expect(rows[0]).toEqual({ batch: 1, host: 'web-1', power: 'up', reboots: 1, state: 'succeeded' });
    expect(rows[1]).toEqual({ batch: 2, host: 'web-2', power: 'down', reboots: 0, state: 'restarting' });
  });
});

describe('restartNews', () => {
  it('says only what changed', () => {
    const before = restartRows(BATCHES, [event('web-1', 'down')], operation({ running: ['web-1'] }));
    const now = restartRows(
      BATCHES,
      [event('web-1', 'down'), event('web-1', 'boot')],
      operation({ outcomes: { 'web-1': { result: 'succeeded' } } }),
    );

    expect(restartNews(before, now)).toEqual(['batch 1: web-1 is back with a new boot id', 'batch 1: web-1 succeeded']);
    expect(restartNews(now, now)).toEqual([]);
  });
});

describe('renderRestart', () => {
  it('has a line for each host where they are few', () => {
    const text = renderRestart(restartRows(BATCHES, [], undefined), { paint: paintFor(false) });

    expect(text.split('\n')).toHaveLength(4);
    expect(text).toMatch(/^BATCH {3}HOST/);
  });

  it('has a line for each batch where they are many', () => {
    const many = [Array.from({ length: 100 }, (_, at) => `a-${at}`), Array.from({ length: 100 }, (_, at) => `b-${at}`)];

    const text = renderRestart(restartRows(many, [event('a-1', 'down')], undefined), { paint: paintFor(false) });

    expect(text.split('\n')).toHaveLength(3);
    expect(text.split('\n')[1]).toMatch(/1 +100 +1 +0 +0/);
  });
});

describe('LiveText', () => {
  it('draws over what it drew before, and below what it was told to keep', () => {
    const written: string[] = [];
    const live = new LiveText({ write: (text) => written.push(text) });

    live.draw('one\ntwo');
    live.draw('three');
    live.keep();
    live.draw('four');

    expect(written).toEqual([
      '\u001b[2Kone\n\u001b[2Ktwo\n\u001b[J',
      '\u001b[2A\u001b[2Kthree\n\u001b[J',
      '\u001b[2Kfour\n\u001b[J',
    ]);
  });
});
