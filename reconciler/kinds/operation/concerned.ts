import { keyOf, type ResourceKey } from '../../model/resource.ts';
import { keys } from '../../store/keys.ts';
import type { KindDeps } from '../context.ts';
import { asOperationRecord, isTerminal } from './record.ts';

/** Operations that may be waiting for something: whoever's state changes, they look again. */
export function unfinishedOperations(deps: Pick<KindDeps, 'inventory' | 'live'>): ResourceKey[] {
  return deps
    .inventory()
    .keys('Operation')
    .filter((key) => {
      const record = asOperationRecord(deps.live.get(keys.record(key)));
      return record === undefined || !isTerminal(record.phase);
    });
}

/** The cluster of a host, and the operations that may wait for it. */
export function concernedByHost(cluster: string | undefined, deps: KindDeps): ResourceKey[] {
  return [...(cluster === undefined ? [] : [keyOf('Cluster', cluster)]), ...unfinishedOperations(deps)];
}
