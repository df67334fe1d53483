import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Entry {
  defect: string;
  /** `file > title of a test in it`. */
  shown: string[];
}

const root = join(import.meta.dirname, '../../..');
const rooms = parse(readFileSync(join(import.meta.dirname, 'defects.yaml'), 'utf8')) as Record<string, Entry[]>;

describe.each(Object.entries(rooms))('a defect of earlier systems in %s', (_room, entries) => {
  it.each(entries)('has tests that show that it is not here: $defect', ({ shown }) => {
    const missing = shown.filter((each) => {
      const [file, title] = each.split(' > ') as [string, string];
      const path = join(root, file);
      return !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
    });

    expect(shown).not.toEqual([]);
    expect(missing).toEqual([]);
  });
});
