import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KIND_CHECKS } from '../../../reconciler/kinds/checks.ts';
import { formatDiagnostic } from '../../../reconciler/model/diagnostic.ts';
import { parseFile } from '../../../reconciler/source/documents/parse-file.ts';
import { InventoryBuilder } from '../../../reconciler/source/inventory/inventory-builder.ts';
import { readDirectory } from '../../../reconciler/source/inventory/read-directory.ts';

const here = dirname(fileURLToPath(import.meta.url));
const cases = readdirSync(here).filter((name) => statSync(join(here, name)).isDirectory());

describe('Diagnostics of a repository', () => {
  // A folder is a case, its name says what is wrong in it; `expected.txt` is what a person is told.
  it.each(cases)('%s', async (name) => {
    const folder = join(here, name);

    const { files, blobs, diagnostics } = await readDirectory(folder, AbortSignal.timeout(10_000));
    const parsed = new Map(blobs.map(({ oid, bytes }) => [oid, parseFile(oid, bytes)]));
    const result = new InventoryBuilder({ checks: KIND_CHECKS }).advance({ commit: 'c1', changed: files, removed: [], parsed, diagnostics });
    const text = result.diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic)}\n`).join('');

    await expect(text).toMatchFileSnapshot(join(folder, 'expected.txt'));
  });
});
