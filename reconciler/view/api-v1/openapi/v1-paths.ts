import { allKinds } from '../../../../schema/registry.ts';
import {
  DENIALS,
  idOf,
  inPath,
  inQuery,
  jsonAnswer,
  shared,
  type Answer,
  type Parameter,
  type Paths,
} from './describe.ts';

const CURSOR = inQuery('cursor', 'Where the page begins: `next` of the page before.');
const SELECTION: readonly Parameter[] = [
  inQuery('selector', 'By label, as kubectl has it: `role=web,zone in (a, b),!spare`.'),
  inQuery('field', 'By a member of the answer: `status.status=active`, `conditions.Ready!=True`. May be given again.', {
    type: 'array',
    items: { type: 'string' },
  }),
];
const TAGGED: Answer['headers'] = {
  ETag: { description: 'Send it as If-None-Match to be told 304.', schema: { type: 'string' } },
};
const PAGED: Answer['headers'] = {
  ...TAGGED,
  Link: { description: 'Leads to the next page; absent on the last.', schema: { type: 'string' } },
};

interface Route {
  path: string;
  component: string;
  summary: string;
  tag: string;
  query?: readonly Parameter[];
  /** Largest page; absent: there are no pages. */
  limit?: number;
  /** Other forms of the answer. */
  also?: readonly string[];
}

/** Our own paths. */
export function v1Paths(): Paths {
  const paths: Paths = {};
  for (const route of [...ROUTES, ...kindRoutes()]) {
    paths[`/api/v1${route.path}`] = { get: describe(route) };
  }
  return paths;
}

function describe({ path, component, summary, tag, query = [], limit, also = [] }: Route): Paths[string]['get'] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => inPath(name!, `The ${name!}.`));
  const answer = jsonAnswer(summary, component, limit === undefined ? TAGGED : PAGED);
  for (const type of also) answer.content![type] = { schema: { type: 'string' } };
  return {
    operationId: idOf('v1', path),
    summary,
    tags: [tag],
    parameters: [...names, ...query, ...(limit === undefined ? [] : [limited(limit), CURSOR])],
    responses: {
      200: answer,
      304: shared('NotModified'),
      400: shared('Problem'),
      404: shared('Problem'),
      405: shared('Problem'),
      ...(also.length > 0 && { 406: shared('Problem') }),
      ...DENIALS,
    },
  };
}

function limited(most: number): Parameter {
  return inQuery('limit', `Items in one page, at most and without it ${most}.`, {
    type: 'integer',
    minimum: 1,
    maximum: most,
  });
}

const ROUTES: readonly Route[] = [
  {
    path: '/resources',
    component: 'ResourceList',
    summary: 'Objects of all kinds',
    tag: 'Objects',
    query: [inQuery('kind', 'Kinds, separated by commas: `Host,Cluster`.'), ...SELECTION],
    limit: 500,
  },
  {
    path: '/operations/{name}/journal',
    component: 'Journal',
    summary: 'What an operation did, by host',
    tag: 'Operations',
    limit: 500,
  },
  {
    path: '/operations/{name}/output/{host}',
    component: 'Output',
    summary: 'What its steps printed on a host',
    tag: 'Operations',
  },
  {
    path: '/plan',
    component: 'Plan',
    summary: 'What merging a branch would do',
    tag: 'Changes',
    query: [
      { ...inQuery('ref', 'Branch of the config repository.'), required: true },
      inQuery('format', 'Goes before the header Accept.', { type: 'string', enum: ['json', 'text', 'markdown'] }),
    ],
    also: ['text/plain', 'text/markdown'],
  },
  {
    path: '/revisions',
    component: 'RevisionList',
    summary: 'Commits of the config branch, newest first',
    tag: 'Changes',
    limit: 100,
  },
  { path: '/revisions/{commit}', component: 'Revision', summary: 'One commit', tag: 'Changes' },
  { path: '/openapi.json', component: 'OpenApi', summary: 'This document', tag: 'Fleet' },
  { path: '/fleet', component: 'FleetOverview', summary: 'The fleet as a whole', tag: 'Fleet' },
  { path: '/diagnostics', component: 'DiagnosticList', summary: 'What is wrong in the repository', tag: 'Fleet' },
  { path: '/claims', component: 'ClaimList', summary: 'Who holds which host', tag: 'Fleet' },
];

function kindRoutes(): Route[] {
  return allKinds().flatMap(({ kind, plural }): Route[] => [
    {
      path: `/${plural}`,
      component: `${kind}List`,
      summary: `Objects of kind ${kind}`,
      tag: 'Objects',
      query: SELECTION,
      limit: 500,
    },
    { path: `/${plural}/{name}`, component: `${kind}Resource`, summary: `One ${kind}`, tag: 'Objects' },
    {
      path: `/${plural}/{name}/history`,
      component: 'History',
      summary: `Commits that changed a ${kind}`,
      tag: 'Changes',
      limit: 100,
    },
  ]);
}
