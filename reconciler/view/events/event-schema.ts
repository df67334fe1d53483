import { EVENT_TYPES } from './event.ts';

const text = (description: string): object => ({ type: 'string', description });

/** JSON Schema (2020-12) of one event: the data of a server-sent event, and an item of a page. */
export const EVENT_SCHEMA = {
  type: 'object',
  description: 'Something that happened.',
  required: ['id', 'time', 'type', 'text'],
  additionalProperties: false,
  properties: {
    id: text(
      'Its place: give it back as Last-Event-ID or since to go on after it. The same in every copy of the view for a change of an object.',
    ),
    time: { type: 'string', format: 'date-time', description: 'Of a transition its own; else when the view saw it.' },
    type: {
      enum: [...EVENT_TYPES],
      description: 'What it tells of. relist: something may have been missed, read again what you show.',
    },
    key: {
      type: 'string',
      pattern: '^[A-Za-z][A-Za-z0-9]*/.+$',
      description: 'The object, Kind/name; absent where it is the fleet.',
    },
    text: text('One line for people.'),
    cluster: text('The cluster the object belongs to.'),
    status: text('object: the one word that it has now.'),
    progress: {
      type: 'object',
      description: 'object of an Operation: how far it is.',
      required: ['hosts', 'batch', 'batches'],
      additionalProperties: false,
      properties: {
        hosts: {
          type: 'object',
          additionalProperties: { type: 'number' },
          description: 'Hosts by what became of them.',
        },
        batch: { type: 'number' },
        batches: { type: 'number' },
      },
    },
    of: text('transition: status, or the type of the condition.'),
    from: text('transition: what it was; absent: there was none.'),
    to: text('transition: what it is; absent: there is none.'),
    reason: text('transition of a condition: its reason.'),
    message: text('transition of a condition: its message.'),
    host: text('step: the host.'),
    state: { enum: ['began', 'ended'], description: 'step: whether the operation has begun or ended with the host.' },
    result: text('step that has ended: succeeded, failed, skipped.'),
    who: text('Who did it.'),
  },
} as const;

/** JSON Schema (2020-12) of `GET /api/v1/events?follow=false`. */
export const EVENT_PAGE_SCHEMA = {
  type: 'object',
  description: 'Events that are kept, oldest first.',
  required: ['items', 'position', 'more', 'missed'],
  additionalProperties: false,
  properties: {
    items: { type: 'array', items: EVENT_SCHEMA },
    position: text('Give it as since for the next page, or as Last-Event-ID to follow from here.'),
    more: { type: 'boolean', description: 'There is another page already.' },
    missed: {
      type: 'boolean',
      description: 'Events after since are no longer kept: what follows begins with the oldest that is.',
    },
  },
} as const;
