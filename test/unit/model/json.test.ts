import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../reconciler/model/digest.ts';
import { sameJson } from '../../../reconciler/model/json.ts';

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  '',
  '1',
  [],
  [null],
  [1, 2],
  [2, 1],
  {},
  { a: 1 },
  { a: 1, b: [1, { c: null }] },
  { b: [1, { c: null }], a: 1 },
  { a: 1, b: [1, { c: null, d: undefined }], e: undefined },
  { a: 1, b: [1, { c: 0 }] },
  { a: { length: 0 } },
  { a: [] },
  { a: null },
];

describe('whether two values are the same JSON', () => {
  it.each(VALUES.map((value) => [value]))('%j is the same as exactly those that canonical JSON calls the same', (a) => {
    const same = VALUES.map((b) => sameJson(a, b));

    expect(same).toEqual(VALUES.map((b) => canonicalJson(a) === canonicalJson(b)));
  });

  it('nothing is only the same as nothing', () => {
    expect(VALUES.map((value) => sameJson(undefined, value) || sameJson(value, undefined))).not.toContain(true);
    expect(sameJson(undefined, undefined)).toBe(true);
  });
});
