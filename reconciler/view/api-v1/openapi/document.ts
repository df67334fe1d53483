import { allKinds, schemaDigest } from '../../../../schema/registry.ts';
import { COMMON } from '../schemas/common.ts';
import { COMMISSAIRE } from '../schemas/commissaire.ts';
import { WORK } from '../schemas/operation.ts';
import { ref, type Components } from '../schemas/parts.ts';
import { DETAILS, listSchema, RESOURCE_PARTS } from '../schemas/resource.ts';
import type { Answer, Paths } from './describe.ts';
import { EVENT_PARTS, eventPaths } from './event-paths.ts';
import { addAll, kindComponents } from './kind-components.ts';
import { v0Paths } from './v0-paths.ts';
import { v1Paths } from './v1-paths.ts';

/** An OpenAPI 3.1 document, as far as it is used here. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string }[];
  security: Record<string, string[]>[];
  tags: { name: string; description: string }[];
  paths: Paths;
  components: {
    schemas: Components;
    responses: Record<string, Answer>;
    securitySchemes: Record<string, Record<string, string>>;
  };
}

/** What the REST view answers, made of the schemas of the kinds that are known and of the answers' own. */
export function openApiDocument(): OpenApiDocument {
  const schemas = kindComponents();
  for (const each of [COMMON, RESOURCE_PARTS, DETAILS, WORK, COMMISSAIRE, EVENT_PARTS]) addAll(schemas, each);
  addAll(schemas, { ResourceList: listSchema({ oneOf: allKinds().map(({ kind }) => ref(`${kind}Resource`)) }) });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Intendant',
      version: 'v1',
      description:
        'What the reconciler knows of a fleet. Nothing can be changed here: that is done by a commit in the config repository. Every path answers HEAD as it answers GET.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    // Which of them is taken is said by the configuration, and without it nobody is asked.
    security: [...Object.keys(SCHEMES).map((name) => ({ [name]: [] })), {}],
    tags: [
      { name: 'Objects', description: 'What is desired and what is known, object by object.' },
      { name: 'Operations', description: 'What was done on hosts.' },
      { name: 'Changes', description: 'Commits of the config repository, made and proposed.' },
      { name: 'Fleet', description: 'The fleet as a whole.' },
      { name: 'Commissaire', description: 'Paths and shapes that its clients know.' },
    ],
    paths: { ...v1Paths(), ...eventPaths(), ...v0Paths() },
    components: { schemas, responses: RESPONSES, securitySchemes: SCHEMES },
  };
}

let last: { digest: string; text: string } | undefined;

/** The document as JSON; made again when a kind was registered since. */
export function openApiText(): string {
  const digest = schemaDigest();
  if (last?.digest !== digest) last = { digest, text: JSON.stringify(openApiDocument()) };
  return last.text;
}

const TEXT = { schema: { type: 'string' } };

const PROBLEM: Answer = {
  description: 'Why there is no answer.',
  content: { 'application/problem+json': { schema: ref('Problem') } },
};

const RESPONSES: Record<string, Answer> = {
  NotModified: { description: 'The client holds it already.' },
  Problem: PROBLEM,
  Unknown: {
    ...PROBLEM,
    description: 'It is not known who asks.',
    headers: { 'WWW-Authenticate': { description: 'The credentials that are taken.', schema: TEXT.schema } },
  },
  Later: {
    ...PROBLEM,
    description: 'There may be an answer later.',
    headers: { 'Retry-After': { description: 'Not before so many seconds.', schema: { type: 'integer' } } },
  },
  V0Error: { description: 'The reason phrase, as Commissaire gave it.', content: { 'text/html': TEXT } },
  V0ReadOnly: {
    description: 'Which file of the config repository to change instead. For every method but GET and HEAD.',
    content: { 'text/plain': TEXT },
  },
};

const SCHEMES = {
  basic: { type: 'http', scheme: 'basic' },
  bearer: { type: 'http', scheme: 'bearer' },
  keystoneToken: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
  clientCertificate: { type: 'mutualTLS' },
};
