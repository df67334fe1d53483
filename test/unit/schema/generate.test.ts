import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { generateAll } from '../../../schema/generate.ts';

const folder = fileURLToPath(new URL('../../../schema/', import.meta.url));

it('What is generated from the schemas is up to date', async () => {
  const generated = await generateAll(folder);

  for (const [path, content] of generated) expect(readFileSync(folder + path, 'utf8'), path).toBe(content);
});
