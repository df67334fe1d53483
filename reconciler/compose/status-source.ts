import type { Brake } from '../engine/brake.ts';
import type { RevisionKeeper } from '../engine/revision-keeper.ts';
import type { ObjectStatus } from '../model/status.ts';
import { keys } from '../store/keys.ts';
import type { Mirror } from '../store/mirror.ts';
import type { MetaRecord } from '../store/records.ts';
import type { StatusSource } from '../status/status-source.ts';

/** What the status writer reads: the live state in memory. */
export function statusSource(fleetName: string, live: Mirror, keeper: RevisionKeeper, brake: Brake): StatusSource {
  return {
    fleetName,
    *objects() {
      for (const [, value] of live.list(keys.objects)) yield value as unknown as ObjectStatus;
    },
    object: (key) => live.get(keys.object(key)) as unknown as ObjectStatus | undefined,
    revision: () => keeper.record,
    halts: () => brake.halts,
    meta: () => live.get(keys.meta) as unknown as MetaRecord,
    async raiseSequence() {
      const meta = live.get(keys.meta) as unknown as MetaRecord;
      await live.commit([{ put: keys.meta, value: { ...meta, sequence: (meta.sequence ?? 0) + 1 } }]);
    },
  };
}
