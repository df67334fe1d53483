import { EVENT_PAGE_SCHEMA, EVENT_SCHEMA } from '../../events/event-schema.ts';
import type { Components } from '../schemas/parts.ts';
import { DENIALS, inQuery, jsonAnswer, shared, type Parameter, type Paths } from './describe.ts';

/** Answers of the events, which have their own place beside the objects. */
export const EVENT_PARTS: Components = {
  Event: EVENT_SCHEMA,
  EventPage: EVENT_PAGE_SCHEMA,
};

const PARAMETERS: readonly Parameter[] = [
  inQuery('follow', 'false: what is kept, as JSON, in pages. Else what happens, as server-sent events.', {
    type: 'boolean',
    default: true,
  }),
  inQuery(
    'since',
    'The id after which to go on. Without it a stream begins now, and a page with the oldest that is kept.',
  ),
  inQuery('kind', 'Kinds, separated by commas: `Host,Cluster`.'),
  inQuery('for', 'Objects, separated by commas: `Host/web-1`. A host has the steps of operations on it too.'),
  inQuery('type', 'Types of events, separated by commas: `transition,step`.'),
  inQuery('limit', 'Events of one page, without it 500.', { type: 'integer', minimum: 1, maximum: 1000 }),
  {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'As `since`, and stands over it: what a browser sends when it comes back.',
    schema: { type: 'string' },
  },
];

/** The path of the events. */
export function eventPaths(): Paths {
  const summary = 'What happens, live or as it is kept';
  const answer = jsonAnswer(summary, 'EventPage');
  answer.content!['text/event-stream'] = {
    schema: { type: 'string', description: 'Blocks of id, event (the type) and data (an Event as JSON on one line).' },
  };
  return {
    '/api/v1/events': {
      get: {
        operationId: 'v1Events',
        summary,
        tags: ['Fleet'],
        parameters: [...PARAMETERS],
        responses: {
          200: answer,
          400: shared('Problem'),
          405: shared('Problem'),
          ...DENIALS,
        },
      },
    },
  };
}
