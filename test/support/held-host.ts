import type { OperationSpec } from '../../schema/generated/types.ts';
import type { OperationRecord } from '../../reconciler/kinds/operation/record.ts';
import { stepIdOf } from '../../reconciler/kinds/operation/pipeline.ts';
import type { Json } from '../../reconciler/model/json.ts';
import type { JournalRecord, StepOutcome } from '../../reconciler/model/plan.ts';
import { stepName } from '../../reconciler/engine/step-name.ts';
import { keys } from '../../reconciler/store/keys.ts';
import type { ClaimRecord } from '../../reconciler/store/records.ts';

const SINCE = '2026-01-01T00:00:00.000Z';

/** The operation `op`, a restart in its first round. */
export function operationRecord(over: Partial<OperationRecord> = {}): OperationRecord {
  const spec = { type: 'restart', target: { cluster: 'web' } } as OperationSpec;
  return {
    format: 1,
    name: 'op',
    heldSince: { commit: 'c1', sequence: 1 },
    phase: 'Running',
    frozen: {
      spec,
      digest: 'd',
      hosts: ['web-1'],
      clusters: ['web'],
      rollout: { maxUnavailable: 1, maxFailures: 0, minHealthyMs: 0 },
    },
    round: 0,
    batches: [['web-1']],
    ...over,
  };
}

/** A step of `op` on `web-1`; without a result it is in hand. */
export function journalEntry(action: string, ordinal: number, result?: StepOutcome['result']): JournalRecord {
  return {
    format: 1,
    round: 0,
    step: {
      id: stepIdOf('op', 0, ordinal, action),
      action,
      target: 'Host/web-1',
      summary: `do ${action}`,
      idempotent: action !== 'reboot',
      disruptive: action === 'reboot',
      timeoutMs: 1000,
      parameters: {},
      ordinal,
      round: 0,
    },
    startedAt: SINCE,
    ...(result && { outcome: { result, reason: 'R', message: 'm', at: SINCE } }),
  };
}

export interface HeldHost {
  /** Undefined: its record is gone. */
  operation?: OperationRecord | undefined;
  journal?: readonly JournalRecord[];
}

/** Writes after which `op` holds the host `web-1`. */
export function heldHost(held: HeldHost = {}): { put: string; value: Json }[] {
  const operation = 'operation' in held ? held.operation : operationRecord();
  const claim: ClaimRecord = { format: 1, owner: 'Operation/op', round: 0, since: SINCE, holder: 'daemon-1' };
  const put = (key: string, value: unknown): { put: string; value: Json } => ({ put: key, value: value as Json });
  return [
    put(keys.claim('web-1'), claim),
    ...(operation ? [put(keys.record('Operation/op'), JSON.parse(JSON.stringify(operation)))] : []),
    ...(held.journal ?? []).map((entry) => put(keys.journal('op', 'web-1', stepName(entry.step)), entry)),
  ];
}
