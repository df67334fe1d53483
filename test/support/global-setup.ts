import { ensureBuilt } from './build.ts';
import { REAL_PARTS, whyMissing } from './real-parts.ts';

/**
 * Before the tests of a project on real parts: builds what workers and the command line need, and says which real parts
 * cannot be had. Each project of a run calls it; the second one finds everything done.
 */
export async function setup(): Promise<void> {
  await ensureBuilt();
  if (process.env.INTENDANT_PARTS_TOLD !== undefined) return;
  process.env.INTENDANT_PARTS_TOLD = 'yes';
  for (const part of REAL_PARTS) {
    const why = whyMissing(part);
    if (why !== undefined) process.stdout.write(` ${part} cannot be had here: ${why}\n`);
  }
}
