import { CONDITION_TYPES } from '../../../model/conditions.ts';
import { flag, listOf, map, object, ref, text, time, whole, word, type Components } from './parts.ts';

/** Schemas that several answers use. */
export const COMMON: Components = {
  Problem: {
    ...object(
      'Why a request was not answered (RFC 9457).',
      {
        type: text('URN of the code.'),
        title: text('The same for every problem of this code.'),
        status: whole('The HTTP status.', { minimum: 400, maximum: 599 }),
        code: text('For programs.', { pattern: '^[A-Z][A-Z0-9_]*$' }),
      },
      { detail: text('A sentence on this one.'), hint: text('What the reader can do about it.') },
    ),
  },
  Condition: object(
    'One aspect of an object.',
    {
      type: word('What it speaks of.', CONDITION_TYPES),
      status: word('Whether it holds.', ['True', 'False', 'Unknown']),
      reason: text('CamelCase word for programs.'),
      message: text('A sentence for people.'),
      lastTransitionTime: time('When the status last changed.'),
    },
    { observedGeneration: text('Digest of the document that it speaks of.') },
  ),
  Diagnostic: object(
    'One finding in the config repository.',
    {
      severity: word('`error` holds its cluster back.', ['error', 'warning']),
      code: text('Stable, in kebab-case.'),
      message: text('What was found and what is expected.'),
      file: text('Path in the repository.'),
      line: whole('From 1.'),
      column: whole('From 1.'),
    },
    { key: text('The object concerned.'), cluster: text('The cluster that it holds back; absent: all.') },
  ),
  DiagnosticList: object('Findings at the tip of the config branch.', {
    diagnostics: listOf('At most 200.', ref('Diagnostic')),
    total: whole('How many there are in all.'),
  }),
  Change: object('A difference that a commit makes.', {
    symbol: word('`+` new, `~` changed, `-` removed, `-/+` replaced.', ['+', '~', '-', '-/+']),
    key: text('The object.'),
    lines: listOf('What differs, a line each.', { type: 'string' }),
  }),
  Claim: object(
    'Who holds a host, and why.',
    {
      host: text('The host.'),
      owner: text('The object that acts.'),
      round: whole('Which round of it.'),
      since: time('Since when.'),
      holder: text('The daemon that took it.'),
      why: text('One line for people.'),
      orphaned: flag('Nobody will give the host back.'),
    },
    {
      phase: text('Phase of the operation; absent: it is gone.'),
      step: object('The step in hand, or the last one.', {
        id: text('Its id.'),
        summary: text('One line for people.'),
        startedAt: time('When it began.'),
        open: flag('It has not ended.'),
      }),
    },
  ),
  Release: object(
    'A claim that a person took away.',
    {
      format: whole('Version of the record.'),
      host: text('The host.'),
      owner: text('Who held it.'),
      round: whole('Which round of it.'),
      claimedSince: time('Since when it was held.'),
      holder: text('The daemon that had taken it.'),
      releasedAt: time('When it was taken away.'),
      who: text('By whom.'),
      why: text('The reason.'),
    },
    { step: text('The step that was in hand.') },
  ),
  ClaimList: object('Who holds which host.', {
    claims: listOf('Sorted by host.', ref('Claim')),
    released: listOf('Released by hand, the newest first.', ref('Release')),
  }),
  OpenApi: {
    type: 'object',
    description: 'An OpenAPI 3.1 document.',
    additionalProperties: true,
    required: ['openapi', 'info', 'paths', 'components'],
  },
  Counts: map('How many objects have which status.', whole('How many.')),
};
