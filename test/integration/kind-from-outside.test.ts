import { expect, it } from 'vitest';
import { referencesOf } from '../../schema/references.ts';
import { registerKind, schemaDigest, type KindDefinition } from '../../schema/registry.ts';
import type { SchemaNode } from '../../schema/schema-node.ts';
import { validateDocument } from '../../schema/validate.ts';

// A kind is registered for the whole process. Unit tests share one: the kind would be in all that they see.
it('takes a kind from outside, with its references, and only once', () => {
  const schema: SchemaNode = {
    $id: 'https://example.org/schema/volume.json',
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: { type: 'object', properties: { host: { type: 'string', 'x-intendant-ref': 'Host' } } },
    },
    additionalProperties: false,
  };
  const definition: KindDefinition = { kind: 'Volume', plural: 'volumes', shortNames: ['vol'], schema };
  const before = schemaDigest();

  registerKind(definition);

  expect(validateDocument({ kind: 'Volume', spec: { host: 3 } })).toMatchObject([{ pointer: '/spec/host' }]);
  expect(referencesOf('Volume', { host: 'a' })).toEqual([
    { pointer: '/spec/host', kind: 'Host', name: 'a', owner: false },
  ]);
  expect(schemaDigest()).not.toBe(before);
  expect(() => registerKind(definition)).toThrow('the name "volume" is taken');
});
