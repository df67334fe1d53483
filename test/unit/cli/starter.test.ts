import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { fleetName } from '../../../cli/starter/fleet-name.ts';
import { starterFiles } from '../../../cli/starter/files.ts';
import { writeStarter } from '../../../cli/starter/write.ts';
import { validateDaemonConfig, validateDocument } from '../../../schema/validate.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intendant-starter-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('writeStarter', () => {
  it('writes every file into a folder that it makes', async () => {
    const files = starterFiles('prod');

    await writeStarter(join(folder, 'a', 'b'), files);

    for (const file of files) expect(await readFile(join(folder, 'a', 'b', file.path), 'utf8')).toBe(file.content);
  });

  it('takes a fresh clone, which holds nothing but .git, as empty', async () => {
    await mkdir(join(folder, '.git'));

    await writeStarter(folder, starterFiles('prod'));

    expect(await readdir(folder)).toContain('fleet.yaml');
  });

  it('refuses a folder that holds something, and writes nothing', async () => {
    await writeFile(join(folder, 'precious'), 'x');

    await expect(writeStarter(folder, starterFiles('prod'))).rejects.toMatchObject({ code: 'FOLDER_NOT_EMPTY' });

    expect(await readdir(folder)).toEqual(['precious']);
  });

  it('refuses a path that is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'x');

    await expect(writeStarter(file, starterFiles('prod'))).rejects.toMatchObject({ code: 'FOLDER_UNUSABLE' });
  });
});

describe('starterFiles', () => {
  it('holds one document of a kind and name in each YAML file', () => {
    const documents = starterFiles('prod').filter((file) => file.path.endsWith('.yaml'));

    for (const file of documents) {
      const [only, ...more] = parseAllDocuments(file.content);
      expect(more).toEqual([]);
      expect(only!.toJS()).toMatchObject({ apiVersion: 'intendant/v1', metadata: { name: expect.any(String) } });
    }
  });

  it('holds an example of an operation and of the daemon configuration that are valid once renamed', () => {
    const example = (path: string): unknown => parse(starterFiles('prod').find((file) => file.path === path)!.content);

    expect(validateDocument(example('operations/restart-web.yaml.example'))).toEqual([]);
    expect(validateDaemonConfig(example('daemon.yaml.example'))).toEqual([]);
  });

  it('starts no operation: the example must be renamed first', () => {
    const read = starterFiles('prod').filter((file) => file.path.endsWith('.yaml'));

    expect(read.some((file) => file.content.includes('kind: Operation'))).toBe(false);
  });
});

describe('fleetName', () => {
  it('makes a valid name of the folder', () => {
    expect(fleetName(undefined, 'My Fleet (2)')).toBe('my-fleet-2');
    expect(fleetName(undefined, '---')).toBe('fleet');
  });

  it('refuses a name that is not valid and offers one that is', () => {
    expect(() => fleetName('Prod Fleet', 'x')).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('"prod-fleet"') }),
    );
  });
});
