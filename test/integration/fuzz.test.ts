import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTarget } from '../fuzz/run-target.ts';
import { TARGETS } from '../fuzz/targets.ts';

/** A short run of each target, always with other inputs. Longer: INTENDANT_FUZZ_SECONDS=60, or `npm run fuzz`. */
const SECONDS = Number(process.env.INTENDANT_FUZZ_SECONDS ?? 5);

describe('whatever others may have written', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.keys(TARGETS))(
    'is read by %s without a crash, a hang or too much memory',
    async (name) => {
      const seed = Math.floor(Math.random() * 2 ** 31);

      const { finding, inputs } = await runTarget({ name, seconds: SECONDS, seed, folder });

      const what = `seed ${seed}, input ${finding?.input.toString('base64').slice(0, 2000)}: ${finding?.what}`;
      expect(finding, what).toBeUndefined();
      expect(inputs).toBeGreaterThan(0);
    },
    SECONDS * 1000 + 120_000,
  );
});
