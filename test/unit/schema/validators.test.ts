import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileDetailed } from '../../../schema/detailed.ts';
import { SCHEMAS } from '../../../schema/generated/schemas.ts';
import { VALIDATORS } from '../../../schema/generated/validators.ts';
import type { SchemaNode } from '../../../schema/schema-node.ts';

// Not the registry: another test may have registered a kind from outside.
const schemas: SchemaNode[] = Object.values(SCHEMAS).filter((schema) => schema !== SCHEMAS.common);
const oddities = [null, true, 0, -1, 1.5, '', 'x', '10%', '5m', '2026-01-01T00:00:00Z', [], {}, ['a', 'a'], { a: 1 }];

/** Every place in a value, as the path to it. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, member]) => placesOf(member, [...path, key]))];
}

/** The value with another one at a place, or without it. */
function changed(value: unknown, [key, ...rest]: string[], to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value)) return value.map((member, at) => (String(at) === key ? changed(member, rest, to) : member));
  const members = Object.entries(value as object).map(([name, member]) =>
    name === key ? [name, changed(member, rest, to)] : [name, member],
  );
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

describe('the validators that are generated', () => {
  it('say of every changed example what those with all the detail say', () => {
    let refused = 0;
    let accepted = 0;
    for (const schema of schemas) {
      const isValid = VALIDATORS.get(schema.$id!)!;
      const detailed = compileDetailed(schema);
      for (const example of schema.examples ?? []) {
        expect(isValid(example)).toBe(true);
        for (const place of placesOf(example)) {
          for (const to of [undefined, ...oddities]) {
            const value = changed(example, place, to);
            expect({ schema: schema.title, place, to, valid: isValid(value) }).toEqual({
              schema: schema.title,
              place,
              to,
              valid: detailed(value),
            });
            if (isValid(value)) accepted += 1;
            else refused += 1;
          }
        }
      }
    }
    expect(refused).toBeGreaterThan(500);
    expect(accepted).toBeGreaterThan(50);
  });

  it('say the same of anything at all', () => {
    fc.assert(
      fc.property(fc.constantFrom(...schemas), fc.jsonValue(), (schema, value) => {
        expect(VALIDATORS.get(schema.$id!)!(value)).toBe(compileDetailed(schema)(value));
      }),
    );
  });
});
