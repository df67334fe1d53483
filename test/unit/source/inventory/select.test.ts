import { describe, expect, it } from 'vitest';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import { resolveSelection } from '../../../../reconciler/source/inventory/select.ts';
import { commitFiles, documentOf } from '../../../support/inventory.ts';

const { inventory } = commitFiles(new InventoryBuilder(), 'c1', {
  web: documentOf('Cluster', 'web', {}),
  db: documentOf('Cluster', 'db', {}),
  'web-2': documentOf('Host', 'web-2', { address: 'b', cluster: 'web' }, { role: 'web', zone: 'b' }),
  'web-1': documentOf('Host', 'web-1', { address: 'a', cluster: 'web' }, { role: 'web', zone: 'a' }),
  'db-1': documentOf('Host', 'db-1', { address: 'c', cluster: 'db' }, { role: 'db', zone: 'a' }),
});

describe('resolveSelection', () => {
  it.each([
    ['a cluster', { cluster: 'web' }, ['web-1', 'web-2']],
    ['a list, in its order, each once', { hosts: ['web-2', 'db-1', 'web-2'] }, ['web-2', 'db-1']],
    ['labels', { selector: { matchLabels: { zone: 'a' } } }, ['db-1', 'web-1']],
    ['all of several labels', { selector: { matchLabels: { zone: 'a', role: 'web' } } }, ['web-1']],
    ['labels within a cluster', { selector: { cluster: 'db', matchLabels: { zone: 'a' } } }, ['db-1']],
    ['a cluster that does not exist', { cluster: 'x' }, []],
    ['hosts that do not exist', { hosts: ['x'] }, []],
    ['an empty list', { hosts: [] }, []],
    ['no labels', { selector: { matchLabels: {} } }, []],
    ['no labels within a cluster', { selector: { cluster: 'web', matchLabels: {} } }, []],
    ['nothing', {}, []],
  ])('selects by %s', (_, target, names) => {
    expect(resolveSelection(target, inventory)).toEqual(names);
  });
});
