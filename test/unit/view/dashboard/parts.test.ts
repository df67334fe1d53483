import { describe, expect, it } from 'vitest';
import { isConcerned } from '../../../../reconciler/view/dashboard/browser/concerned.ts';
import { SseParser } from '../../../../reconciler/view/dashboard/browser/sse-parser.ts';
import { columnsOf } from '../../../../reconciler/view/dashboard/columns.ts';
import { safeHref } from '../../../../reconciler/view/dashboard/links.ts';
import { driftLine } from '../../../../reconciler/view/dashboard/read/drift.ts';
import { stateOf, whyOf } from '../../../../reconciler/view/dashboard/states.ts';
import { agoText, shortRevision } from '../../../../reconciler/view/dashboard/text.ts';
import { conditionOf, hostStatus } from '../../../support/statuses.ts';

describe('stateOf', () => {
  it('puts the hand of an operation first, then maintenance, then what is wrong', () => {
    const failed = hostStatus('a', 'failed');
    const resting = { ...failed, detail: { ...failed.detail, maintenance: true } };
    const drifted = hostStatus('a');
    drifted.conditions.push(conditionOf('Drifted', 'True', 'ProfileDrifted', 'motd'));
    const away = hostStatus('a');
    away.conditions = [conditionOf('Ready', 'Unknown', 'MostHostsUnknown', 'most are away')];

    expect(stateOf(failed, true)).toBe('operating');
    expect(stateOf(resting, false)).toBe('maintenance');
    expect(stateOf(failed, false)).toBe('failed');
    expect(stateOf(drifted, false)).toBe('drifted');
    expect(stateOf(away, false)).toBe('unknown');
    expect(stateOf({ ...hostStatus('a'), status: 'bootstrapping' }, false)).toBe('bootstrapping');
    expect(stateOf({ ...hostStatus('a'), status: 'a new word' }, false)).toBe('unknown');
    expect(stateOf(hostStatus('a'), false)).toBe('active');
    expect(stateOf(undefined, false)).toBe('unknown');
    expect(whyOf(drifted)).toBe('motd');
  });
});

describe('columnsOf', () => {
  it('lets few large groups go across the screen and puts many small ones beside each other', () => {
    const many = columnsOf(Array.from({ length: 20 }, () => 50));

    expect(columnsOf([1000])).toEqual([undefined]);
    expect(many.every((columns) => columns !== undefined && columns <= 30)).toBe(true);
    expect(columnsOf([])).toEqual([]);
  });
});

describe('safeHref', () => {
  it.each(['https://example.com/a?b=c', 'http://example.com/'])('follows %s', (address) => {
    expect(safeHref(address)).toBe(address);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>',
    'vbscript:x',
    'file:///etc/passwd',
    '//example.com',
    '/relative',
    'https://user:secret@example.com/',
    'not an address',
    '',
  ])('refuses %s', (address) => {
    expect(safeHref(address)).toBeUndefined();
  });
});

describe('driftLine', () => {
  it.each([
    ['package nginx: install', '+'],
    ['file /etc/motd: replace (mode 0600 instead of 0644)', '~'],
    ['service telnetd: stop (running)', '-'],
    ['file /etc/a: remove: replace', '~'],
    ['anything', '~'],
  ])('%s is %s', (text, symbol) => {
    expect(driftLine(text)).toEqual({ symbol, text });
  });
});

describe('texts', () => {
  it('say how long ago something was in the two largest units', () => {
    const now = Date.parse('2026-01-02T03:04:05.000Z');

    expect(agoText('2026-01-02T02:00:00.000Z', now)).toBe('1h 4m ago');
    expect(agoText('2026-01-02T03:04:05.000Z', now)).toBe('just now');
    expect(agoText('2026-01-02T03:05:05.000Z', now)).toBe('in 1m');
    expect(agoText('tomorrow', now)).toBeUndefined();
    expect(shortRevision(`main@sha1:${'a'.repeat(40)}`)).toBe('main @ aaaaaaaaaaaa');
  });
});

describe('SseParser', () => {
  it('gives the same events however the stream is cut', () => {
    const text =
      ': hello\n\nid: 7\nevent: object\ndata: {"a":\ndata: 1}\n\nretry: 5\n\r\ndata:x\r\n\r\nid: 8\ndata: y\n\n';
    const whole = new SseParser();
    const expected = whole.push(text);
    const pieces = new SseParser();

    const found = [...text].flatMap((piece) => pieces.push(piece));

    expect(expected).toEqual([
      { type: 'object', data: '{"a":\n1}' },
      { type: 'message', data: 'x' },
      { type: 'message', data: 'y' },
    ]);
    expect(found).toEqual(expected);
    expect(pieces.lastId).toBe('8');
  });
});

describe('isConcerned', () => {
  it('takes events of what a page watches, and those of nothing in particular', () => {
    const event = (body: object): string => JSON.stringify(body);

    expect(isConcerned(event({ key: 'Host/web-1' }), ['Host/web-1'])).toBe(true);
    expect(isConcerned(event({ key: 'Host/web-10' }), ['Host/web-1'])).toBe(false);
    expect(isConcerned(event({ key: 'Host/web-10' }), ['Host/'])).toBe(true);
    expect(isConcerned(event({ key: 'Operation/x', host: 'web-1' }), ['Host/web-1'])).toBe(true);
    expect(isConcerned(event({ type: 'halted' }), ['Host/web-1'])).toBe(true);
    expect(isConcerned('not json', ['Host/web-1'])).toBe(true);
    expect(isConcerned(event({ key: 'Fleet/x' }), ['*'])).toBe(true);
  });
});
