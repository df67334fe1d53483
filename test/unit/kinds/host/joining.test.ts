import { describe, expect, it } from 'vitest';
import { joinHost } from '../../../../reconciler/kinds/host/join.ts';
import { readJoining } from '../../../../reconciler/kinds/host/joining.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import { clusterDocument, document as documentOf, hostDocument } from '../../../support/documents.ts';
import { commitFiles } from '../../../support/inventory.ts';

const deps = (cluster: object, record?: object): Parameters<typeof readJoining>[1] => {
  const { inventory } = commitFiles(new InventoryBuilder(), 'c1', {
    'web-1.yaml': hostDocument('web-1', '10.0.0.1', 'web'),
    'web.yaml': clusterDocument('web', cluster),
    'trivial.yaml': documentOf('ContainerManager', 'none', { type: 'trivial' }),
    'kube.yaml': documentOf('ContainerManager', 'kube', { type: 'kubernetes', server: 'https://kube.example.org' }),
    'node.yaml': documentOf('HostProfile', 'node', { packages: ['vim'], selfHeal: true }),
  });
  const live = {
    get: (key: string) => (key === keys.record('Cluster/web') ? (record as never) : undefined),
    list: () => [],
  };
  return { inventory: () => inventory, live };
};

const joining = (cluster: object, record?: object): ReturnType<typeof readJoining> => {
  const given = deps(cluster, record);
  return readJoining(given.inventory().get('Host/web-1'), given);
};
const word = (cluster: object): string => joinHost(undefined, joining(cluster), 'd1').word;

describe('a host that answers', () => {
  it('is in service where the manager is a trivial one, or there is none', () => {
    expect([word({ containerManager: 'none' }), word({})]).toEqual(['active', 'active']);
  });

  it('is disassociated where this build cannot register it with the manager, which says so', () => {
    expect(word({ containerManager: 'kube' })).toBe('disassociated');
    expect(joining({ containerManager: 'kube' }).unmanaged!.message).toBe(
      'container manager kube is of type kubernetes, which this version does not register hosts with',
    );
  });

  it('has the profile of its cluster to be brought to', () => {
    expect(joining({ hostProfile: 'node' })).toMatchObject({ selfHeal: true });
    expect(word({ hostProfile: 'node' })).toBe('bootstrapping');
  });

  it('knows from its cluster why it could not be brought to it', () => {
    const failed = { 'web-1': { operation: 'web-bootstrap-1', reason: 'ApplyFailed', message: 'no' } };

    expect(joining({ hostProfile: 'node' }, { failed }).failure).toEqual(failed['web-1']);
  });
});
