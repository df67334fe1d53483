import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { FamilyName } from '../../../reconciler/hosts/families/family.ts';
import type { WantedFile, WantedHost } from '../../../reconciler/hosts/profile/wanted.ts';
import { wantedFor } from '../../../reconciler/kinds/host-profile/wanted.ts';
import { InventoryBuilder } from '../../../reconciler/source/inventory/inventory-builder.ts';
import { commitFiles } from '../../support/inventory.ts';
import { extraOf, factsOf, type GivenExtra } from '../../support/host-profile.ts';

interface Given {
  families: FamilyName[];
  extra: GivenExtra;
}

const here = dirname(fileURLToPath(import.meta.url));
const cases = readdirSync(here)
  .filter((name) => statSync(join(here, name)).isDirectory())
  .flatMap((name) => {
    const given = JSON.parse(readFileSync(join(here, name, 'given.json'), 'utf8')) as Given;
    return given.families.map((family) => ({ name, family, extra: given.extra }));
  });

describe('What a host should have', () => {
  // A folder is a case: its documents, what is given beside them, and for each family what the host web-1 should have.
  it.each(cases)('$name, $family', async ({ name, family, extra }) => {
    const text = readFileSync(join(here, name, 'documents.yaml'), 'utf8');
    const { inventory, diagnostics } = commitFiles(new InventoryBuilder(), 'c1', { 'documents.yaml': text });

    const answer = wantedFor('web-1', factsOf(family), inventory, extraOf(extra));

    expect(diagnostics).toEqual([]);
    const told = 'wanted' in answer ? tell(answer.wanted) : `${answer.impossible.code}: ${answer.impossible.message}\n`;
    await expect(told).toMatchFileSnapshot(join(here, name, `${family}.txt`));
  });
});

/** As a person would read it. Secrets print as such. */
function tell({ repositories, packages, files, commands, services }: WantedHost): string {
  return [
    ...repositories.flatMap((file) => tellFile('repository', file)),
    ...packages.map((name) => `package ${name}`),
    ...files.flatMap((file) => tellFile('file', file)),
    ...commands.flatMap(({ name, script, unless }) => [`command ${name}`, ...block(script), '  unless', ...block(unless)]),
    ...services.map(({ name, enabled, running, restartOn }) =>
      [
        `service ${name} ${enabled ? 'enabled' : 'disabled'} ${running ? 'running' : 'stopped'}`,
        ...restartOn.map((path) => `  restarts on ${path}`),
      ].join('\n'),
    ),
    '',
  ].join('\n');
}

function tellFile(what: string, { path, content, mode, owner, group, check }: WantedFile): string[] {
  return [
    `${what} ${path} ${mode} ${owner}:${group}${check ? ` check ${JSON.stringify(check)}` : ''}`,
    ...block(String(content)),
  ];
}

function block(text: string): string[] {
  return text.replace(/\n$/, '').split('\n').map((line) => `  | ${line}`.trimEnd());
}
