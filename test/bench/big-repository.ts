import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IDENTITY = 'bench <bench@example.org> 1767225600 +0000';

/** A bare repository with many hosts, made by `git fast-import` in one go. */
export interface BigRepository {
  path: string;
  /** Commits a change to one host and gives the commit. */
  changeOne(index: number, label: string): string;
}

export function hostDocument(index: number, label = 'none'): string {
  const address = `10.${Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`;
  return `apiVersion: intendant/v1
kind: Host
metadata:
  name: host-${index}
  labels:
    note: ${label}
spec:
  address: ${address}
  cluster: c${index % 100}
`;
}

/** `count` hosts in 100 clusters, a file each. */
export async function bigRepository(count: number): Promise<BigRepository> {
  const path = join(await mkdtemp(join(tmpdir(), 'intendant-bench-')), 'config.git');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', path]);
  execFileSync('git', ['-C', path, 'config', 'http.receivepack', 'true']);
  const files: [string, string][] = [
    ['fleet.yaml', 'apiVersion: intendant/v1\nkind: Fleet\nmetadata:\n  name: bench\nspec: {}\n'],
    [
      'operation.yaml',
      'apiVersion: intendant/v1\nkind: Operation\nmetadata:\n  name: restart-c1\nspec:\n  type: restart\n  target:\n    cluster: c1\n',
    ],
  ];
  for (let index = 0; index < 100; index += 1) {
    files.push([
      `clusters/c${index}.yaml`,
      `apiVersion: intendant/v1\nkind: Cluster\nmetadata:\n  name: c${index}\nspec: {}\n`,
    ]);
  }
  for (let index = 0; index < count; index += 1)
    files.push([`hosts/${index % 100}/host-${index}.yaml`, hostDocument(index)]);
  commit(path, 'all hosts', files, undefined);
  execFileSync('git', ['-C', path, 'repack', '-adq']);
  return {
    path,
    changeOne(index, label) {
      const parent = tip(path);
      return commit(
        path,
        `change ${index}`,
        [[`hosts/${index % 100}/host-${index}.yaml`, hostDocument(index, label)]],
        parent,
      );
    },
  };
}

function tip(path: string): string {
  return execFileSync('git', ['-C', path, 'rev-parse', 'main'], { encoding: 'utf8' }).trim();
}

function commit(path: string, message: string, files: [string, string][], parent: string | undefined): string {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const stream = [
    `commit refs/heads/main\ncommitter ${IDENTITY}\n${data(message)}`,
    parent === undefined ? '' : `from ${parent}\n`,
    ...files.map(([name, content]) => `M 100644 inline ${name}\n${data(content)}`),
  ].join('');
  execFileSync('git', ['-C', path, 'fast-import', '--quiet'], { input: stream });
  return tip(path);
}
