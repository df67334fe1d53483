import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTarget } from './run-target.ts';
import { TARGETS } from './targets.ts';

/**
 * `npm run fuzz -- [--seconds N] [--only NAME,…] [--seed N]`: gives everything that reads what others have written inputs that
 * nobody expects. Exit code 1: a finding, whose input is kept. It belongs into test/fuzz/corpus/<name> and into a test.
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, only: { type: 'string' }, seed: { type: 'string' } },
});
const names = values.only?.split(',') ?? Object.keys(TARGETS);
const unknown = names.filter((name) => !(name in TARGETS));
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (unknown.length > 0 || !(seconds > 0) || !Number.isInteger(seed)) {
  console.error(
    `usage: npm run fuzz -- [--seconds N] [--only NAME,…] [--seed N]; names: ${Object.keys(TARGETS).join(', ')}`,
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'intendant-fuzz-'));
let findings = 0;
console.log(`seed ${seed}, ${seconds} s each`);
for (const name of names) {
  const { inputs, finding } = await runTarget({ name, seconds, seed, folder });
  console.log(`${name.padEnd(14)} ${String(inputs).padStart(9)} inputs  ${finding ? 'FINDING' : 'ok'}`);
  if (!finding) continue;
  findings += 1;
  const kept = join(tmpdir(), `intendant-fuzz-${name}-${seed}-${inputs}`);
  writeFileSync(kept, finding.input);
  console.log(`${finding.what}\ninput: ${kept}`);
}
rmSync(folder, { recursive: true, force: true });
process.exit(findings > 0 ? 1 : 0);
