import { openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { mutate, sequenceOf } from './mutate.ts';
import { TARGETS } from './targets.ts';
import type { Target } from './target.ts';

/**
 * Gives one target inputs until the time is over: `child NAME SECONDS SEED FILE`. FILE always holds the number of the input
 * and the input itself, so that whoever started us can see which one killed us, or holds us up.
 */
const ROOT = join(import.meta.dirname, '../..');
const MAX_CORPUS_BYTES = 50_000;
const MAX_RSS_BYTES = 700 * 1024 * 1024;
const RSS_EVERY = 500;

const [name, seconds, seed, file] = process.argv.slice(2) as [string, string, string, string];
const target = await TARGETS[name]!();
const report = openSync(file, 'w+');
const random = sequenceOf(Number(seed));
const corpus = corpusOf(target);
const until = performance.now() + Number(seconds) * 1000;
let count = 0;
const TEXT = fc.array(fc.nat(0x10ffff), { maxLength: 200 }).map((points) => String.fromCodePoint(...points));
const drawn: Buffer[] = [];

for (const input of corpus) await give(input);
while (performance.now() < until) {
  await give(next());
  if (count % RSS_EVERY === 0 && process.memoryUsage.rss() > MAX_RSS_BYTES) throw new Error('it keeps too much memory');
}
console.log(count);
process.exit(0);

/** In turns: a variation of the corpus, something from the grammar or a variation of that, something from nothing. */
function next(): Buffer {
  const turn = count % 5;
  if (turn === 4) return invented();
  if (turn < 2 || !target.grammar) return mutate(corpus, random);
  const made = Buffer.from(target.grammar(random));
  return turn === 2 ? made : mutate([made], random);
}

async function give(input: Buffer): Promise<void> {
  count += 1;
  const head = Buffer.alloc(16);
  head.writeDoubleLE(count, 0);
  head.writeDoubleLE(input.length, 8);
  writeSync(report, Buffer.concat([head, input]), 0, head.length + input.length, 0);
  await target.read(input);
}

/** From nothing: bytes, or texts with any character. Drawn many at a time, which is what takes long. */
function invented(): Buffer {
  if (drawn.length === 0) {
    const draw = { numRuns: 200, seed: Math.floor(random() * 2 ** 31) };
    const bytes = fc.sample(fc.uint8Array({ maxLength: 500 }), draw);
    drawn.push(...bytes.map((one) => Buffer.from(one)), ...fc.sample(TEXT, draw).map((one) => Buffer.from(one)));
  }
  return drawn.pop()!;
}

function corpusOf({ corpus: places = [], seeds }: Target): Buffer[] {
  const files = [join('test/fuzz/corpus', name), ...places].flatMap((place) => filesBelow(join(ROOT, place)));
  return [...files.map((path) => readFileSync(path)), ...(seeds?.() ?? [])].filter((b) => b.length <= MAX_CORPUS_BYTES);
}

function filesBelow(folder: string): string[] {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    return names.map((path) => join(folder, path)).filter((path) => statSync(path).isFile());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
