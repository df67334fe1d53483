import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Writes a module that kills its process before the write with the number in `KILL_AT_WRITE` reaches the embedded store, and
 * runs `more` first. Answers with the environment that loads it into the built command.
 */
export function preloadKiller(folder: string, more = ''): (killAtWrite: number) => Record<string, string> {
  const level = createRequire(import.meta.url).resolve('classic-level');
  const path = join(folder, 'killer.mjs');
  writeFileSync(
    path,
    `import { ClassicLevel } from ${JSON.stringify(pathToFileURL(level).href)};
     ${more}
     const batch = ClassicLevel.prototype.batch;
     let left = Number(process.env.KILL_AT_WRITE);
     ClassicLevel.prototype.batch = function (...words) {
       left -= 1;
       if (left === 0) process.kill(process.pid, 'SIGKILL');
       return batch.apply(this, words);
     };`,
  );
  return (killAtWrite) => ({ NODE_OPTIONS: `--import=${path}`, KILL_AT_WRITE: String(killAtWrite) });
}
