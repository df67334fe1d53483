import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generatedCluster, restartDocument } from '../../../cli/demo/documents.ts';
import { DemoRepository, readFiles } from '../../../cli/demo/repository.ts';
import { validateDocument } from '../../../schema/validate.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intendant-demo-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('DemoRepository', () => {
  it('commits files as they stand, and later ones on top', async () => {
    const repository = await DemoRepository.create(
      join(folder, 'fleet.git'),
      new Map([
        ['fleet.yaml', 'fleet'],
        ['clusters/web/cluster.yaml', 'web'],
      ]),
      'The fleet',
    );

    const second = await repository.push(new Map([['clusters/web/hosts/a.yaml', 'a']]), 'A host');

    expect(await repository.newest('main')).toEqual({
      oid: second,
      message: 'A host\n',
      author: 'Jo Operator <jo@example.com>',
    });
    expect(await repository.read(second, 'fleet.yaml')).toBe('fleet');
    expect(await repository.read(second, 'clusters/web/cluster.yaml')).toBe('web');
    expect(await repository.read(second, 'clusters/web/hosts/a.yaml')).toBe('a');
  });

  it('knows no commit of a branch that does not exist, and no text of a missing file', async () => {
    const repository = await DemoRepository.create(join(folder, 'fleet.git'), new Map([['a', 'b']]), 'One');
    const { oid } = (await repository.newest('main'))!;

    expect(await repository.newest('intendant/status')).toBeUndefined();
    expect(await repository.read(oid, 'missing.yaml')).toBeUndefined();
  });
});

describe('readFiles', () => {
  it('reads every file below a folder under its path', async () => {
    await mkdir(join(folder, 'a', 'b'), { recursive: true });
    await writeFile(join(folder, 'top.yaml'), 'top');
    await writeFile(join(folder, 'a', 'b', 'deep.yaml'), 'deep');

    const files = await readFiles(folder);

    expect([...files.keys()].sort()).toEqual(['a/b/deep.yaml', 'top.yaml']);
    expect(Buffer.from(files.get('a/b/deep.yaml')!).toString()).toBe('deep');
  });
});

describe('documents of the demo', () => {
  it('are valid', () => {
    const documents = [restartDocument('web'), ...generatedCluster(300).values()];

    const findings = documents.flatMap((text) => validateDocument(parse(String(text))));

    expect(findings).toEqual([]);
  });

  it('give every generated host an address of its own', () => {
    const hosts = [...generatedCluster(1000)].filter(([path]) => path.includes('/hosts/'));

    const addresses = new Set(
      hosts.map(([, text]) => (parse(String(text)) as { spec: { address: string } }).spec.address),
    );

    expect(addresses.size).toBe(1000);
  });
});
