import { describe, expect, it } from 'vitest';
import { checkHistory, claimEvents, type HistoryEvent } from '../../support/history.ts';

const taken = (revision: number, holder: string, token = revision): HistoryEvent => ({
  type: 'lease-taken',
  revision,
  lease: 'daemon',
  holder,
  token,
});
const ended = (revision: number): HistoryEvent => ({ type: 'lease-ended', revision, lease: 'daemon' });
const write = (revision: number, token: number): HistoryEvent => ({
  type: 'write',
  revision,
  lease: 'daemon',
  token,
  key: 'k',
});
const claim = (revision: number, owner = 'Operation/a', round = 0): HistoryEvent => ({
  type: 'claim-taken',
  revision,
  host: 'h',
  owner,
  round,
});
const release = (revision: number, owner = 'Operation/a', round = 0): HistoryEvent => ({
  type: 'claim-ended',
  revision,
  host: 'h',
  verdict: { owner, round },
});

describe('checkHistory', () => {
  it('accepts takeovers after an end, a holder that replaces itself, and claims that outlive their daemon', () => {
    const events = [
      taken(1, 'a'),
      write(2, 1),
      claim(3),
      ended(4),
      taken(5, 'b'),
      write(6, 5),
      taken(7, 'b'),
      write(8, 7),
      release(9),
      claim(10, 'Operation/b'),
      { type: 'claim-ended', revision: 11, host: 'h', byHand: true } as const,
    ];

    expect(checkHistory(events)).toEqual([]);
  });

  it.each<[string, HistoryEvent[], RegExp]>([
    ['two holders at once', [taken(1, 'a'), taken(2, 'b')], /b took daemon while a held it/],
    ['a token that was given before', [taken(5, 'a', 5), ended(6), taken(7, 'b', 5)], /token 5 was given before/],
    ['a write after the loss', [taken(1, 'a'), ended(2), write(3, 1)], /written under token 1/],
    ['a write after another took over', [taken(1, 'a'), ended(2), taken(3, 'b'), write(4, 1)], /written under token 1/],
    ['an end of what nobody held', [ended(1)], /nobody held it/],
    ['a claim held by two', [claim(1), claim(2, 'Operation/b')], /Operation\/b took h while Operation\/a held it/],
    ['a claim taken twice by one', [claim(1), claim(2)], /took h while/],
    ['a host given back by another', [claim(1), release(2, 'Operation/b')], /given back by Operation\/b/],
    [
      'a host given back by an earlier round',
      [claim(1, 'Operation/a', 2), release(2)],
      /given back by Operation\/a round 0/,
    ],
    ['a host given back that nobody held', [release(1)], /nobody held it/],
    [
      'a host given back without outcome',
      [claim(1), { type: 'claim-ended', revision: 2, host: 'h' }],
      /without an outcome/,
    ],
    ['events out of order', [claim(5), release(4)], /stands after a later one/],
  ])('rejects %s', (_what, events, fault) => {
    expect(checkHistory(events).join('\n')).toMatch(fault);
  });
});

describe('claimEvents', () => {
  const held = { owner: 'Operation/a', round: 1 };

  it('reads who took a host, and how it was given back, off one transaction', () => {
    const verdict = { round: 1, step: { verdict: { result: 'succeeded' } } };
    const gone = { key: 'claims/h', before: held };

    const events = [
      ...claimEvents(1, [{ key: 'claims/h', after: held }]),
      ...claimEvents(2, [gone, { key: 'journal/a/h/001-003-verdict', after: verdict }]),
      ...claimEvents(3, [gone, { key: 'released/h/2026', after: {} }]),
      ...claimEvents(4, [gone, { key: 'journal/a/other/001-003-verdict', after: verdict }]),
    ];

    expect(events).toEqual([
      { type: 'claim-taken', revision: 1, host: 'h', owner: 'Operation/a', round: 1 },
      { type: 'claim-ended', revision: 2, host: 'h', verdict: { owner: 'Operation/a', round: 1 } },
      { type: 'claim-ended', revision: 3, host: 'h', byHand: true },
      { type: 'claim-ended', revision: 4, host: 'h' },
    ]);
  });
});
