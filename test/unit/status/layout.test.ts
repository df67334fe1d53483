import { describe, expect, it } from 'vitest';
import { folderOfKind, hostPath, isName, objectPath, readPath } from '../../../reconciler/status/layout.ts';
import { shardDigits } from '../../../reconciler/status/shards.ts';

const FOLDERS = new Set(['networks', 'operations']);

describe('the layout of the status branch', () => {
  it('gives every kind its place', () => {
    expect(objectPath('Cluster/web')).toBe('clusters/web/cluster.yaml');
    expect(objectPath('Operation/restart-web')).toBe('operations/restart-web.yaml');
    expect(objectPath('ContainerManager/k8s')).toBe('container-managers/k8s.yaml');
    expect(hostPath('web-1', 'web', '3/1')).toBe('clusters/web/hosts/3/1/web-1.yaml');
    expect(hostPath('web-1', undefined, '3')).toBe('hosts/3/web-1.yaml');
  });

  it('makes plurals that a reader would guess', () => {
    expect(['Network', 'HostProfile', 'Policy', 'Gateway', 'Process'].map(folderOfKind)).toEqual([
      'networks',
      'host-profiles',
      'policies',
      'gateways',
      'processes',
    ]);
  });

  it.each(['../x', 'a/b', '', '.git', 'A', 'a..b', 'x'.repeat(64)])('refuses the name %j as part of a path', (name) => {
    expect(isName(name)).toBe(false);
    expect(() => hostPath(name, undefined, '3')).toThrow(/cannot be a name/);
    expect(() => objectPath(`Network/${name}`)).toThrow(/cannot be a name/);
  });

  it('knows its own files', () => {
    const folder = shardDigits('web-1')[0]!;

    expect(readPath('README.md')).toEqual({ of: 'file' });
    expect(readPath(`clusters/web/hosts/${folder}/web-1.yaml`)).toEqual({ of: 'host', cluster: 'web' });
    expect(readPath('networks/flannel.yaml', FOLDERS)).toEqual({ of: 'other' });
  });

  it.each([
    'docs/README.md',
    'clusters/web/README.md',
    'clusters/web/notes.yaml',
    'clusters/web/hosts/web-1.yaml',
    'clusters/web/hosts/9/web-1.yaml',
    'clusters/../hosts/3/web-1.yaml',
    'dashboards/main.yaml',
    'networks/deep/flannel.yaml',
    'networks/flannel.yml',
  ])('leaves %j to whoever put it there', (path) => {
    expect(readPath(path, FOLDERS)).toBeUndefined();
  });

  it('leaves a host file that does not lie where its digits say to whoever put it there', () => {
    const wrong = (Number(shardDigits('web-1')[0]) + 1) % 8;

    expect(readPath(`clusters/web/hosts/${wrong}/web-1.yaml`)).toBeUndefined();
  });
});
