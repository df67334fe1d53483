import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { allKinds } from '../../../../schema/registry.ts';
import { openApiDocument, openApiText } from '../../../../reconciler/view/api-v1/openapi/document.ts';

interface Node {
  [member: string]: unknown;
}

const document = openApiDocument();

/** Every schema of an object below a node, with its place. */
function* objects(node: unknown, place: string): Generator<[place: string, node: Node]> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node) && (node as Node).type === 'object') yield [place, node as Node];
  for (const [name, member] of Object.entries(node)) {
    if (name !== 'examples' && name !== 'default') yield* objects(member, `${place}/${name}`);
  }
}

function* references(node: unknown): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, member] of Object.entries(node)) {
    if (name === '$ref' && typeof member === 'string') yield member;
    else yield* references(member);
  }
}

describe('the OpenAPI document', () => {
  it('is one by its own schema', async () => {
    const result = await new Validator().validate(JSON.parse(openApiText()) as Record<string, unknown>);

    expect(result).toEqual({ valid: true });
  });

  it('refers to nothing that is not there', () => {
    const broken = [...references(document)].filter((reference) => {
      const [, , section, name] = reference.split('/');
      return !(document.components as unknown as Record<string, Node>)[section!]?.[name!];
    });

    expect(broken).toEqual([]);
  });

  it('closes every object that an answer holds, but for what it says is open', () => {
    const open = [...objects(document.components.schemas, '')]
      .filter(
        ([place, node]) =>
          node.additionalProperties === undefined && node.oneOf === undefined && !/\/(if|then)(\/|$)/.test(place),
      )
      .map(([place]) => place);

    expect(open).toEqual([]);
  });

  it('gives every operation an id of its own, and describes every parameter of its path', () => {
    const operations = Object.entries(document.paths).map(([path, { get }]) => ({ path, ...get }));
    const ids = operations.map(({ operationId }) => operationId);
    const undescribed = operations.filter(({ path, parameters }) => {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      return named.join() !== parameters.flatMap((each) => (each.in === 'path' ? each.name : [])).join();
    });

    expect(new Set(ids).size).toBe(ids.length);
    expect(undescribed).toEqual([]);
  });

  it('has lists, objects and histories of every kind', () => {
    const missing = allKinds().flatMap(({ plural }) =>
      [`/api/v1/${plural}`, `/api/v1/${plural}/{name}`, `/api/v1/${plural}/{name}/history`].filter(
        (path) => !document.paths[path],
      ),
    );

    expect(missing).toEqual([]);
  });

  it('has no place for a secret of a container manager', () => {
    expect(JSON.stringify(document.components.schemas.V0ContainerManager)).not.toMatch(/token|key|certificate/i);
  });
});
