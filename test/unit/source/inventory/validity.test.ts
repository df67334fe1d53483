import { beforeEach, describe, expect, it } from 'vitest';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import type { InventoryResult } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import type { ResourceKey } from '../../../../reconciler/model/resource.ts';
import { commitFiles, documentOf } from '../../../support/inventory.ts';
import type { Files } from '../../../support/inventory.ts';

const host = (name: string, cluster: string | undefined, address = `${name}.example`, more = {}): string =>
  documentOf('Host', name, { address, ...(cluster !== undefined && { cluster }), ...more });
const restart = (name: string, target: object, more = {}): string =>
  documentOf('Operation', name, { type: 'restart', target, ...more });

let builder: InventoryBuilder;
let finished: Set<string>;
let count: number;

beforeEach(() => {
  finished = new Set();
  builder = new InventoryBuilder({ isFinished: (name) => finished.has(name) });
  count = 0;
});

/** The next commit: c1, c2, … */
function commit(files: Files): InventoryResult {
  return commitFiles(builder, `c${++count}`, files);
}

function addressOf({ inventory }: InventoryResult, name: string): unknown {
  return inventory.get<'Host'>(`Host/${name}`)?.spec.address;
}

function specOf({ inventory }: InventoryResult, key: ResourceKey): Record<string, unknown> {
  return inventory.get(key)!.spec;
}

/** Two clusters with a host each, and a fleet. */
function start(more: Files = {}): InventoryResult {
  return commit({
    'fleet.yaml': documentOf('Fleet', 'f', {}),
    'web.yaml': documentOf('Cluster', 'web', {}),
    'db.yaml': documentOf('Cluster', 'db', {}),
    'web-1.yaml': host('web-1', 'web'),
    'db-1.yaml': host('db-1', 'db'),
    ...more,
  });
}

describe('Validity per cluster', () => {
  it('takes a commit in which everything fits', () => {
    const result = start();

    expect(result.diagnostics).toEqual([]);
    expect(result.held.size).toBe(0);
    expect(result.inventory.keys()).toEqual(['Cluster/db', 'Cluster/web', 'Fleet/f', 'Host/db-1', 'Host/web-1']);
  });

  it('lets clusters and profiles refer to profiles that are built in', () => {
    const result = start({
      'app.yaml': documentOf('HostProfile', 'app', { extends: ['docker'] }),
      'web.yaml': documentOf('Cluster', 'web', { hostProfile: 'app' }),
      'db.yaml': documentOf('Cluster', 'db', { hostProfile: 'kubernetes-node' }),
    });

    expect(result.diagnostics).toEqual([]);
  });

  it('looks again at the clusters of a profile when one that it extends has changed', () => {
    start({
      'base.yaml': documentOf('HostProfile', 'base', {}),
      'app.yaml': documentOf('HostProfile', 'app', { extends: ['base'] }),
      'web.yaml': documentOf('Cluster', 'web', { hostProfile: 'app' }),
    });

    const result = commit({ 'base.yaml': documentOf('HostProfile', 'base', { packages: ['htop'] }) });

    expect(result.changedKeys).toEqual(['Cluster/web', 'HostProfile/app', 'HostProfile/base']);
  });

  it('holds the clusters of a profile that cannot be taken at its last good version', () => {
    start({
      'app.yaml': documentOf('HostProfile', 'app', { packages: ['htop'] }),
      'web.yaml': documentOf('Cluster', 'web', { hostProfile: 'app' }),
    });

    const result = commit({ 'app.yaml': documentOf('HostProfile', 'app', { packages: ['--force'] }) });

    expect([...result.held.keys()]).toEqual(['HostProfile/app', 'web']);
    expect(specOf(result, 'HostProfile/app')).toEqual({ packages: ['htop'] });
  });

  it('lets an operation depend on one that has finished, whether its document is there, changed for the worse or gone', () => {
    const child = { 'child.yaml': restart('child', { cluster: 'web' }, { dependsOn: ['parent'] }) };
    start({ ...child, 'parent.yaml': restart('parent', { cluster: 'web' }) });
    finished.add('parent');

    const spoiled = commit({
      'parent.yaml': restart('parent', { cluster: 'nowhere' }),
      'db-1.yaml': host('db-1', 'nowhere'),
    });
    const gone = commit({ 'parent.yaml': null, 'db-1.yaml': host('db-1', 'nowhere') });
    const wrong = commit({
      'child.yaml': restart('child', { cluster: 'web' }, { dependsOn: ['parnt'] }),
      'db-1.yaml': host('db-1', 'db'),
    });

    for (const { held, inventory } of [spoiled, gone]) {
      expect([...held.keys()]).not.toContain('web');
      expect(inventory.get('Operation/child')?.spec.dependsOn).toEqual(['parent']);
    }
    expect(wrong.diagnostics.map(({ message }) => message)).toEqual(['there is no Operation `parnt`']);
  });

  it('holds the cluster of a bad document at its last good version, and lets the others advance', () => {
    start({ 'web-2.yaml': host('web-2', 'web') });

    const result = commit({
      'web-1.yaml': documentOf('Host', 'web-1', { adress: 'x', cluster: 'web' }),
      'web-2.yaml': host('web-2', 'web', 'newer.example'),
      'db-1.yaml': host('db-1', 'db', 'new.example'),
    });

    expect(result.diagnostics).toMatchObject([{ file: 'web-1.yaml', code: 'unknown-field', cluster: 'web' }]);
    expect([...result.held]).toEqual([['web', 'c1']]);
    expect([addressOf(result, 'web-1'), addressOf(result, 'web-2')]).toEqual(['web-1.example', 'web-2.example']);
    expect(addressOf(result, 'db-1')).toBe('new.example');
  });

  it('remembers the last good commit until the cluster is good again, and then takes everything', () => {
    start();
    commit({ 'web-1.yaml': documentOf('Host', 'web-1', { cluster: 'web' }) });
    const still = commit({ 'web-2.yaml': host('web-2', 'web') });

    const mended = commit({ 'web-1.yaml': host('web-1', 'web', 'mended.example') });

    expect([...still.held]).toEqual([['web', 'c1']]);
    expect(still.inventory.get('Host/web-2')).toBeUndefined();
    expect(mended.held.size).toBe(0);
    expect(addressOf(mended, 'web-1')).toBe('mended.example');
    expect(mended.changedKeys).toEqual(['Cluster/web', 'Host/web-1', 'Host/web-2']);
  });

  it('holds the cluster of what was last read from a file that is no YAML any more', () => {
    start();

    const result = commit({ 'web-1.yaml': ': [', 'db-1.yaml': host('db-1', 'db', 'new.example') });

    expect([...result.held.keys()]).toEqual(['web']);
    expect(addressOf(result, 'web-1')).toBe('web-1.example');
    expect(addressOf(result, 'db-1')).toBe('new.example');
  });

  it.each([
    ['a new file that is no YAML', { 'new.yaml': ': [' }],
    ['a Fleet with errors', { 'fleet.yaml': documentOf('Fleet', 'f', { x: 1 }) }],
    ['a Fleet that is no YAML', { 'fleet.yaml': 'kind: [' }],
    ['a second Fleet', { 'fleet2.yaml': documentOf('Fleet', 'g', {}) }],
    [
      'a new bad host that does not say its cluster',
      { 'new.yaml': documentOf('Host', 'x', { clustre: 'web', address: 'a' }) },
    ],
    ['a document of an unknown kind', { 'new.yaml': documentOf('Hots', 'x', {}) }],
  ])('holds all for %s', (_, files) => {
    start();

    const result = commit({ ...files, 'db-1.yaml': host('db-1', 'db', 'new.example') });

    expect([...result.held]).toEqual([
      ['*', 'c1'],
      ['db', 'c1'],
      ['web', 'c1'],
    ]);
    expect(addressOf(result, 'db-1')).toBe('db-1.example');
    expect(result.changedKeys).toEqual([]);
  });

  it('prunes nothing of a held cluster', () => {
    start({ 'web-2.yaml': host('web-2', 'web') });

    const result = commit({ 'web-1.yaml': 'nonsense: [', 'web-2.yaml': null, 'db-1.yaml': null });

    expect(result.inventory.keys('Host')).toEqual(['Host/web-1', 'Host/web-2']);
  });

  it('holds both clusters of a name that is declared twice', () => {
    start();

    const result = commit({ 'twice.yaml': host('web-1', 'db', 'other.example') });

    expect(result.diagnostics.map(({ file, code }) => [file, code])).toEqual([
      ['twice.yaml', 'duplicate-name'],
      ['web-1.yaml', 'duplicate-name'],
    ]);
    expect([...result.held.keys()]).toEqual(['db', 'web']);
    expect(addressOf(result, 'web-1')).toBe('web-1.example');
  });

  it('holds the operations that target a held cluster, by name or by their hosts', () => {
    start();

    const result = commit({
      'web-1.yaml': documentOf('Host', 'web-1', { cluster: 'web' }),
      'a.yaml': restart('a', { cluster: 'web' }),
      'b.yaml': restart('b', { hosts: ['web-1'] }),
      'c.yaml': restart('c', { cluster: 'db' }),
    });

    expect(result.inventory.keys('Operation')).toEqual(['Operation/c']);
  });

  it('holds the clusters that use a network that went bad', () => {
    start({ 'net.yaml': documentOf('Network', 'n', {}), 'web.yaml': documentOf('Cluster', 'web', { network: 'n' }) });

    const result = commit({
      'net.yaml': documentOf('Network', 'n', { type: 'flannel_server' }),
      'web.yaml': documentOf('Cluster', 'web', { network: 'n', description: 'new' }),
      'db.yaml': documentOf('Cluster', 'db', { description: 'new' }),
    });

    expect([...result.held.keys()]).toEqual(['Network/n', 'web']);
    expect(specOf(result, 'Cluster/web')).toEqual({ network: 'n' });
    expect(specOf(result, 'Cluster/db')).toEqual({ description: 'new' });
  });

  it('keeps what a held cluster still refers to', () => {
    start({ 'net.yaml': documentOf('Network', 'n', {}), 'web.yaml': documentOf('Cluster', 'web', { network: 'n' }) });

    const result = commit({
      'net.yaml': null,
      'web.yaml': documentOf('Cluster', 'web', {}),
      'web-1.yaml': documentOf('Host', 'web-1', { cluster: 'web' }),
    });

    expect(result.inventory.get('Network/n')).toBeDefined();
    expect(specOf(result, 'Cluster/web')).toEqual({ network: 'n' });
  });

  it('holds a cluster that refers to something new in a held one', () => {
    start();

    const result = commit({
      'web-1.yaml': documentOf('Host', 'web-1', { cluster: 'web' }),
      'bastion.yaml': host('bastion', 'web'),
      'db-1.yaml': host('db-1', 'db', 'db-1.example', { jumpHost: 'bastion' }),
    });

    expect([...result.held.keys()]).toEqual(['db', 'web']);
    expect(specOf(result, 'Host/db-1')).not.toHaveProperty('jumpHost');
  });

  it('keeps a host in its old cluster while either of the two is held', () => {
    start();

    const result = commit({
      'web-1.yaml': host('web-1', 'db'),
      'db-1.yaml': documentOf('Host', 'db-1', { cluster: 'db' }),
    });

    expect(specOf(result, 'Host/web-1')).toMatchObject({ cluster: 'web' });
  });

  it('does not bring two hosts at one address into force when one of them is held', () => {
    start();

    const result = commit({
      'web-1.yaml': documentOf('Host', 'web-1', { address: 'elsewhere', cluster: 'web', x: 1 }),
      'db-2.yaml': host('db-2', 'db', 'web-1.example'),
    });

    expect(addressOf(result, 'web-1')).toBe('web-1.example');
    expect(result.inventory.get('Host/db-2')).toBeUndefined();
    expect([...result.held.keys()]).toEqual(['db', 'web']);
  });

  it('finds the last good versions again after a restart by going through the commits that are held', () => {
    const good = { 'web.yaml': documentOf('Cluster', 'web', {}), 'web-1.yaml': host('web-1', 'web') };
    commit(good);
    const before = commit({ 'web-1.yaml': documentOf('Host', 'web-1', { cluster: 'web' }) });

    const again = new InventoryBuilder();
    commitFiles(again, 'c1', good);
    const after = commitFiles(again, 'c2', { ...good, 'web-1.yaml': documentOf('Host', 'web-1', { cluster: 'web' }) });

    expect(after.inventory.digest).toBe(before.inventory.digest);
    expect(after.held).toEqual(before.held);
  });
});

describe('What stops work is obeyed from a commit that is held', () => {
  it('suspends and cancels operations whose cluster is held, and takes it back', () => {
    start({ 'a.yaml': restart('a', { cluster: 'web' }), 'b.yaml': restart('b', { cluster: 'web' }) });
    const bad = documentOf('Host', 'web-1', { cluster: 'web' });

    const stopped = commit({
      'web-1.yaml': bad,
      'a.yaml': restart('a', { cluster: 'web' }, { suspend: true, retry: 1, timeout: '1s' }),
      'b.yaml': restart('b', { cluster: 'web' }, { cancel: true, unknown: 1 }),
    });
    const resumed = commit({ 'a.yaml': restart('a', { cluster: 'web' }) });

    expect(specOf(stopped, 'Operation/a')).toEqual({ type: 'restart', target: { cluster: 'web' }, suspend: true });
    expect(specOf(stopped, 'Operation/b')).toEqual({ type: 'restart', target: { cluster: 'web' }, cancel: true });
    expect(stopped.changedKeys).toEqual(['Cluster/web', 'Operation/a', 'Operation/b']);
    expect(specOf(resumed, 'Operation/a')).not.toHaveProperty('suspend');
  });

  it('keeps an operation suspended when its document can no longer be read', () => {
    start({ 'a.yaml': restart('a', { cluster: 'web' }) });
    commit({ 'a.yaml': restart('a', { cluster: 'web' }, { suspend: true, unknown: 1 }) });

    const result = commit({ 'a.yaml': 'kind: [' });

    expect(specOf(result, 'Operation/a')).toMatchObject({ suspend: true });
  });

  it('freezes a cluster and the fleet though all is held', () => {
    start();

    const result = commit({
      'fleet.yaml': documentOf('Fleet', 'f', { x: 1, freeze: { who: 'dana', why: 'fire', until: 'soon' } }),
      'web.yaml': documentOf('Cluster', 'web', { freeze: { why: 'fire' } }),
    });

    expect([...result.held.keys()]).toContain('*');
    expect(specOf(result, 'Fleet/f')).toEqual({ freeze: { who: 'dana', why: 'fire' } });
    expect(specOf(result, 'Cluster/web')).toEqual({ freeze: { who: 'not said', why: 'fire' } });
  });

  it('starts no operation of a held cluster that was never good', () => {
    start();

    const result = commit({
      'web-1.yaml': documentOf('Host', 'web-1', { cluster: 'web' }),
      'a.yaml': restart('a', { cluster: 'web' }, { suspend: false }),
    });

    expect(result.inventory.get('Operation/a')).toBeUndefined();
  });
});

describe('Finished operations', () => {
  it('take no part in cross-checks', () => {
    start({ 'a.yaml': restart('a', { hosts: ['web-1'] }) });
    finished.add('a');

    const result = commit({ 'web-1.yaml': null });

    expect(result.diagnostics).toEqual([]);
    expect(result.inventory.get('Host/web-1')).toBeUndefined();
    expect(result.inventory.get('Operation/a')).toBeDefined();
  });

  it('hold nothing when their document goes bad', () => {
    start({ 'a.yaml': restart('a', { cluster: 'web' }) });
    finished.add('a');

    const result = commit({
      'a.yaml': restart('a', { cluster: 'web' }, { x: 1 }),
      'web-1.yaml': host('web-1', 'web', 'new'),
    });

    expect(result.diagnostics).toMatchObject([{ severity: 'warning', code: 'unknown-field' }]);
    expect(addressOf(result, 'web-1')).toBe('new');
    expect(result.held.size).toBe(0);
  });

  it('an unfinished one that names a host that is gone holds its cluster', () => {
    start({ 'a.yaml': restart('a', { hosts: ['web-1'] }) });

    const result = commit({ 'web-1.yaml': null });

    expect(result.diagnostics).toMatchObject([{ code: 'unknown-reference', file: 'a.yaml', cluster: 'web' }]);
    expect(result.inventory.get('Host/web-1')).toBeDefined();
  });
});
