import { describe, expect, it } from 'vitest';
import { profileWarnings } from '../../../../reconciler/kinds/operation/profile-warnings.ts';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import { clusterDocument, hostDocument } from '../../../support/documents.ts';
import { commitFiles } from '../../../support/inventory.ts';

describe('the plan of an operation of type apply', () => {
  const { inventory } = commitFiles(new InventoryBuilder(), 'c1', {
    'web.yaml': clusterDocument('web', { hostProfile: 'docker' }),
    'db.yaml': clusterDocument('db'),
    'web-1.yaml': hostDocument('web-1', '10.0.0.1', 'web'),
    'db-1.yaml': hostDocument('db-1', '10.0.0.2', 'db'),
  });
  const target = { hosts: ['web-1', 'db-1'] };

  it('names the hosts that have no profile to apply', () => {
    expect(profileWarnings({ type: 'apply', target }, target.hosts, inventory)).toEqual([
      'these have no hostProfile to apply, and will be skipped: db-1',
    ]);
  });

  it('says nothing where all have one, nor of other types', () => {
    expect(profileWarnings({ type: 'apply', target }, ['web-1'], inventory)).toEqual([]);
    expect(profileWarnings({ type: 'restart', target }, target.hosts, inventory)).toEqual([]);
  });
});
