import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KIND_CHECKS } from '../../../../reconciler/kinds/checks.ts';
import { wantedFor } from '../../../../reconciler/kinds/host-profile/wanted.ts';
import { parseFile } from '../../../../reconciler/source/documents/parse-file.ts';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import { blobOid, readDirectory } from '../../../../reconciler/source/inventory/read-directory.ts';

const signal = new AbortController().signal;
const examples = fileURLToPath(new URL('../../../../examples-repo/', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intendant-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('readDirectory', () => {
  it('reads YAML files below the folder, with the ids that git gives them', async () => {
    await mkdir(join(folder, 'a/b'), { recursive: true });
    await mkdir(join(folder, '.git'));
    await writeFile(join(folder, 'a/b/x.yaml'), 'hello\n');
    await writeFile(join(folder, 'y.yaml'), 'hello\n');
    await writeFile(join(folder, 'README.md'), 'no');
    await writeFile(join(folder, '.git/z.yaml'), 'no');

    const { files, blobs, diagnostics } = await readDirectory(folder, signal);

    const oid = 'ce013625030ba8dba906f756967f9e9ca394464a';
    expect(files).toEqual([
      { path: 'a/b/x.yaml', oid },
      { path: 'y.yaml', oid },
    ]);
    expect(blobs).toHaveLength(1);
    expect(diagnostics).toEqual([]);
    expect(blobOid(Buffer.from('hello\n'))).toBe(oid);
  });

  it('CVE-2022-24348, CVE-2022-24904, CVE-2022-24877: never follows a symbolic link, to a file or a folder', async () => {
    await symlink('/etc/passwd', join(folder, 'passwd.yaml'));
    await symlink('/etc', join(folder, 'etc'));

    const { files, diagnostics } = await readDirectory(folder, signal);

    expect(files).toEqual([]);
    expect(diagnostics).toMatchObject([{ code: 'symlink', file: 'passwd.yaml', severity: 'error' }]);
  });

  it('CVE-2022-24878: refuses files that are too large, and what is no file', async () => {
    await writeFile(join(folder, 'large.yaml'), Buffer.alloc(1024 * 1024 + 1, 32));
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);

    const { files, diagnostics } = await readDirectory(folder, signal);

    expect(files).toEqual([]);
    expect(diagnostics).toMatchObject([
      { code: 'file-too-large', file: 'large.yaml' },
      { code: 'not-a-file', file: 'pipe.yaml' },
    ]);
  });
});

describe('examples-repo', () => {
  it('is valid as it stands', async () => {
    const { files, blobs, diagnostics } = await readDirectory(examples, signal);
    const parsed = new Map(blobs.map(({ oid, bytes }) => [oid, parseFile(oid, bytes)]));

    const result = new InventoryBuilder().advance({ commit: 'c1', changed: files, removed: [], parsed, diagnostics });

    expect(result.diagnostics).toEqual([]);
    expect(result.inventory.keys('Host')).toHaveLength(10);
    expect(result.inventory.keys('Cluster')).toEqual(['Cluster/db', 'Cluster/web']);
  });

  it('has example operations, a schedule and a profile that are valid when they are copied', async () => {
    await cp(examples, folder, { recursive: true });
    await copyFile(join(folder, 'profiles/web-node.yaml.example'), join(folder, 'profiles/web-node.yaml'));
    const cluster = join(folder, 'clusters/web.yaml');
    await writeFile(cluster, `${await readFile(cluster, 'utf8')}  hostProfile: web-node\n`);
    const operations = ['restart-behind-lb', 'restart-web', 'upgrade-web'];
    for (const name of operations) {
      await copyFile(join(folder, `operations/${name}.yaml.example`), join(folder, `operations/${name}.yaml`));
    }
    await copyFile(join(folder, 'schedules/reboots.yaml.example'), join(folder, 'schedules/reboots.yaml'));

    const { files, blobs } = await readDirectory(folder, signal);
    const parsed = new Map(blobs.map(({ oid, bytes }) => [oid, parseFile(oid, bytes)]));
    const result = new InventoryBuilder({ checks: KIND_CHECKS }).advance({
      commit: 'c1',
      changed: files,
      removed: [],
      parsed,
      diagnostics: [],
    });

    expect(result.diagnostics).toEqual([]);
    const facts = { os: 'debian', osVersion: '12', architecture: 'x86_64', cpus: 4, memoryKb: 8_388_608 };
    const answer = wantedFor('web-1', { ...facts, family: 'apt' }, result.inventory, { fleet: 'prod' });
    expect(result.inventory.keys('Operation')).toEqual(operations.map((name) => `Operation/${name}-example`));
    expect('wanted' in answer && answer.wanted.packages).toEqual(['docker.io', 'htop']);
    expect(result.inventory.keys('OperationSchedule')).toEqual(['OperationSchedule/reboots']);
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('intendant validate');
  });
});
