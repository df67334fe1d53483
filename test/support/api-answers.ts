import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { ALL_FORMATS } from '../../schema/ajv-settings.ts';
import { openApiDocument } from '../../reconciler/view/api-v1/openapi/document.ts';
import type { Answer, Operation } from '../../reconciler/view/api-v1/openapi/describe.ts';

const document = openApiDocument();
const ajv = new Ajv2020({ strict: false, allErrors: true });
for (const [name, format] of Object.entries(ALL_FORMATS)) ajv.addFormat(name, format);
ajv.addSchema({ $id: 'api.json', components: document.components });
const validators = new Map<string, ValidateFunction>();

/** Whatever answers requests: an application in process, or a server. */
export interface Asked {
  request(path: string, init?: RequestInit): Response | Promise<Response>;
}

/**
 * Asks, and proves that the answer is one that the OpenAPI document has for this path: its status, its type, and its body with
 * no member that is not described. A method other than GET and HEAD, and a path that is not there, must be refused as every
 * path does it.
 */
export async function ask(app: Asked, path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await app.request(path, init);
  const problems = await faultsOf(answer.clone(), path, init.method ?? 'GET');
  expect(problems, `${init.method ?? 'GET'} ${path} → ${answer.status}`).toEqual([]);
  return answer;
}

/** What is wrong with an answer by the document; none: nothing. */
export async function faultsOf(answer: Response, path: string, method: string): Promise<string[]> {
  const pathname = new URL(path, 'http://view').pathname;
  const operation = operationOf(pathname);
  const described = describedAnswer(operation, pathname, answer.status, method);
  if (!described) return [`status ${answer.status} is not described`];
  const body = await answer.text();
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  if (!described.content || method === 'HEAD') return body === '' ? [] : ['there is a body where none is described'];
  const schema = described.content[type]?.schema;
  if (!schema) return [`type ${type} is not described for ${answer.status}`];
  if (!type.endsWith('json')) return [];
  const validate = validatorFor(schema.$ref ?? '');
  if (validate(JSON.parse(body))) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${instancePath} ${message} ${JSON.stringify(params)}`;
  });
}

function operationOf(pathname: string): Operation | undefined {
  const path = pathname.startsWith('/api/v0') ? pathname.replace(/\/$/, '') : pathname;
  const parts = path.split('/');
  const found = Object.keys(document.paths)
    .filter((template) => matches(template.split('/'), parts))
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
  return found === undefined ? undefined : document.paths[found]!.get;
}

function matches(template: readonly string[], parts: readonly string[]): boolean {
  return (
    template.length === parts.length &&
    template.every((part, at) => part === parts[at] || (part.startsWith('{') && parts[at] !== ''))
  );
}

function describedAnswer(
  operation: Operation | undefined,
  pathname: string,
  status: number,
  method: string,
): Answer | undefined {
  const commissaire = pathname.startsWith('/api/v0');
  const { responses } = document.components;
  if (method !== 'GET' && method !== 'HEAD') {
    const refusal =
      commissaire && operation === undefined
        ? [responses.V0ReadOnly, responses.V0Error]
        : [commissaire ? responses.V0ReadOnly : responses.Problem];
    return status === 405 ? refusal[0] : status === 404 ? refusal[1] : undefined;
  }
  if (!operation)
    return [404, 503].includes(status) ? (commissaire ? responses.V0Error : responses.Problem) : undefined;
  const answer = operation.responses[status];
  if (!answer) return undefined;
  return '$ref' in answer ? responses[answer.$ref.slice(answer.$ref.lastIndexOf('/') + 1)] : answer;
}

function validatorFor(reference: string): ValidateFunction {
  const known = validators.get(reference);
  if (known) return known;
  const validate = ajv.compile({ $ref: `api.json${reference}` });
  validators.set(reference, validate);
  return validate;
}
