import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDelta } from '../../../../reconciler/source/git/delta.ts';
import { DeltaBase, lineDelta } from '../../../../reconciler/source/git/line-delta.ts';

const line = fc.oneof(
  fc.constantFrom('status: active', 'conditions:', '  - type: Ready', 'é\0', ''),
  fc.string({ maxLength: 200 }),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
  .map(([lines, ended]) => Buffer.from(lines.join('\n') + (ended ? '\n' : '')));

describe('a delta of lines', () => {
  it('makes its target from its base, whatever the two are', () => {
    fc.assert(
      fc.property(text, text, (base, target) => {
        const delta = lineDelta(new DeltaBase(base), target);

        const made = applyDelta(base, delta, 1_000_000);

        expect(made.equals(target)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('copies what is far away and what is long', () => {
    const far = Buffer.from(`${'x'.repeat(70_000)}\n${'y'.repeat(200_000)}\nend\n`);
    const target = Buffer.from(`${'y'.repeat(200_000)}\nnew\n${'x'.repeat(70_000)}\n`);

    const delta = lineDelta(new DeltaBase(far), target);

    expect(applyDelta(far, delta, 1_000_000).equals(target)).toBe(true);
    expect(delta.length).toBeLessThan(60);
  });

  it('is small for two documents of one kind', () => {
    const host = (name: string, boot: string): Buffer =>
      Buffer.from(
        `apiVersion: intendant/v1\nkind: HostStatus\nname: ${name}\nfacts:\n  os: debian\n  bootId: ${boot}\n`,
      );

    const delta = lineDelta(new DeltaBase(host('web-1', 'aaaaaaaa')), host('web-2', 'bbbbbbbb'));

    expect(delta.length).toBeLessThan(40);
  });
});
