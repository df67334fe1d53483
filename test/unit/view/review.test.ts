import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../reconciler/model/digest.ts';
import type { Inventory, Resource, ResourceKey } from '../../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import { reviewChanges } from '../../../reconciler/view/review.ts';
import { operationStatus } from '../../support/statuses.ts';

function document(key: ResourceKey, spec: Record<string, unknown>): Resource {
  const [kind = '', name = ''] = key.split('/');
  const digest = digestOf({ key, spec });
  return {
    apiVersion: 'intendant/v1',
    kind,
    metadata: { name },
    spec,
    origin: { oid: '', file: 'a.yaml', line: 1 },
    digest,
  };
}

function inventory(...documents: Resource[]): Inventory {
  const byKey = new Map(documents.map((item) => [`${item.kind}/${item.metadata.name}`, item]));
  return {
    commit: '',
    digest: '',
    get: ((key: string) => byKey.get(key)) as Inventory['get'],
    keys: () => [...byKey.keys()].sort() as ResourceKey[],
    dependents: () => [],
  };
}

function seen(item: Resource, detail: ObjectStatus['detail'] = {}): ObjectStatus {
  const key: ResourceKey = `${item.kind}/${item.metadata.name}`;
  return { key, status: 'active', conditions: [], observedGeneration: item.digest, detail };
}

describe('reviewChanges', () => {
  const host = document('Host/web-1', { address: '10.0.0.1', cluster: 'web' });

  it('finds nothing where every document is as it was last looked at', () => {
    expect(reviewChanges({ desired: inventory(host), objects: [seen(host)] })).toEqual([]);
  });

  it('adds what is new, with its fields', () => {
    expect(reviewChanges({ desired: inventory(host), objects: [] })).toEqual([
      { symbol: '+', key: 'Host/web-1', lines: ['spec.address: 10.0.0.1', 'spec.cluster: web'] },
    ]);
  });

  it('changes in place what has another digest, naming the fields where the old document is at hand', () => {
    const changed = document('Host/web-1', { address: '10.0.0.1', port: 2222 });
    const input = { desired: inventory(changed), objects: [seen(host, { address: '10.0.0.1' })] };

    expect(reviewChanges(input)).toEqual([{ symbol: '~', key: 'Host/web-1', lines: [] }]);
    expect(reviewChanges({ ...input, accepted: inventory(host) })).toEqual([
      { symbol: '~', key: 'Host/web-1', lines: ['spec.cluster: web → (removed)', 'spec.port: 2222'] },
    ]);
  });

  it('replaces a host at another address, since that is another machine', () => {
    const moved = document('Host/web-1', { address: '10.0.0.2', cluster: 'web' });
    const lines = ['spec.address: 10.0.0.1 → 10.0.0.2'];
    const input = { desired: inventory(moved), objects: [seen(host, { address: '10.0.0.1' })] };

    expect(reviewChanges(input)).toEqual([{ symbol: '-/+', key: 'Host/web-1', lines }]);
    expect(reviewChanges({ ...input, accepted: inventory(host) })).toEqual([
      { symbol: '-/+', key: 'Host/web-1', lines },
    ]);
  });

  it('does not take a host for another machine when its old address is not known', () => {
    const moved = document('Host/web-1', { address: '10.0.0.2' });

    expect(reviewChanges({ desired: inventory(moved), objects: [seen(host)] })[0]?.symbol).toBe('~');
  });

  it('removes what has no document any more, cancels an unfinished operation and leaves a finished one', () => {
    const objects = [seen(host), operationStatus('done', 'Succeeded', 2, 2), operationStatus('now', 'Running', 1, 2)];

    expect(reviewChanges({ desired: inventory(), objects })).toEqual([
      { symbol: '-', key: 'Host/web-1', lines: [] },
      { symbol: '-', key: 'Operation/now', lines: ['the operation is cancelled'] },
    ]);
  });

  it('shows long and hostile values on one line, and many fields as a number', () => {
    const spec = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`field${String(index).padStart(2, '0')}`, index]),
    );
    const operation = document('Operation/run', {
      ...spec,
      script: 'a\nb\nc\n',
      aaa: 'x\u001b[31m\ny'.repeat(100),
      list: ['a', 'b'],
    });

    const [change] = reviewChanges({ desired: inventory(operation), objects: [] });

    expect(change!.lines).toHaveLength(21);
    expect(change!.lines.at(-1)).toBe('and 13 more fields');
    expect(change!.lines.every((line) => !/[\u001b\n]/.test(line) && line.length < 200)).toBe(true);
  });
});
