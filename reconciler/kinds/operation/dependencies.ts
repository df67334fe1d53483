import type { OperationSpec } from '../../../schema/generated/types.ts';
import { keyOf } from '../../model/resource.ts';
import type { Dependency } from '../../rollout/dependencies.ts';
import { keys } from '../../store/keys.ts';
import type { KindDeps } from '../context.ts';
import { asOperationRecord } from './record.ts';

/** The operations that this one depends on. Their records tell, whether their documents are still there or not. */
export function readDependencies(spec: OperationSpec | undefined, { live }: Pick<KindDeps, 'live'>): Dependency[] {
  return (spec?.dependsOn ?? []).map((name) => ({
    name,
    phase: asOperationRecord(live.get(keys.record(keyOf('Operation', name))))?.phase,
  }));
}
