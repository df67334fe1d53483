import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../../cli/exit-codes.ts';
import { validateDaemonConfig } from '../../../schema/validate.ts';
import { loadCommands } from '../../support/cli/commands.ts';

const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('documents every exit code, and no other', () => {
    const [, section = ''] = /### Exit codes\n([\s\S]*?)\n#/.exec(readme) ?? [];

    const documented = [...section.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));

    expect(documented).toEqual([...new Set<number>(Object.values(EXIT))].sort((a, b) => a - b));
  });

  it('lists every command, and no other', async () => {
    const [, section = ''] = /<!-- commands -->([\s\S]*?)<!-- \/commands -->/.exec(readme) ?? [];

    const listed = [...section.matchAll(/`intendant ([a-z-]+(?: [a-z-]+)*)/g)].map(([, name]) => name);

    expect(listed.sort()).toEqual([...(await loadCommands()).keys()]);
  });

  it('shows a configuration of the daemon that is valid', () => {
    const [, text = ''] = /```yaml\n(apiVersion[\s\S]*?)```/.exec(readme) ?? [];

    expect(parse(text)).toMatchObject({ kind: 'Daemon' });
    expect(validateDaemonConfig(parse(text))).toEqual([]);
  });

  it('names only npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      scripts: Record<string, string>;
    };

    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);

    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
