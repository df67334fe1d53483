import { stepName } from '../../reconciler/engine/step-name.ts';
import { stepsOf, verdictStep } from '../../reconciler/kinds/operation/pipeline.ts';
import type { OperationRecord } from '../../reconciler/kinds/operation/record.ts';
import { keys } from '../../reconciler/store/keys.ts';
import type { DashboardWorld } from './dashboard-world.ts';
import { conditionOf, fakeHex } from './statuses.ts';

/** Name of the operation that a busy fleet has in hand. */
export const RESTART = 'restart-web-kernel';
const MINUTE_MS = 60_000;

/** A rolling restart in its second batch: some hosts done, one failed, some in the middle of it. */
export async function beginRestart(world: DashboardWorld, hosts: readonly string[], cluster: string): Promise<void> {
  const size = Math.ceil(hosts.length / 4);
  const batches = [hosts.slice(0, 1)];
  for (let from = 1; from < hosts.length; from += size) batches.push(hosts.slice(from, from + size));
  const spec = { type: 'restart' as const, target: { cluster } };
  const frozen = {
    spec,
    digest: 'd',
    commit: fakeHex('commit', 40),
    hosts: [...hosts],
    clusters: [cluster],
    rollout: { maxUnavailable: size, maxFailures: 2, minHealthyMs: 30_000 },
  };
  const began = Date.now() - 3 * MINUTE_MS;
  const record: OperationRecord = {
    format: 1,
    name: RESTART,
    heldSince: { commit: frozen.commit, sequence: 1 },
    phase: 'Running',
    round: 0,
    batches: batches.map((batch) => [...batch]),
    frozen,
    beganAt: new Date(began).toISOString(),
  };
  await world.write(keys.record(`Operation/${RESTART}`), record);
  const running: string[] = [];
  const done = Math.max(2, Math.floor(size * 0.4));
  const begun = batches
    .slice(0, 2)
    .flatMap((batch, number) =>
      batch.slice(0, number === 0 ? 1 : Math.ceil(size * 0.8)).map((host, index) => ({ host, number, index })),
    );
  const outcomes: Record<string, { result: string; message: string }> = {};
  for (const { host, number, index } of begun) {
    const isDone = number === 0 || index < done;
    const failed = number === 1 && index === 1;
    if (!isDone) running.push(host);
    const message = failed ? 'it did not come back with a new boot id within 10m' : 'done';
    const result = failed ? ('failed' as const) : ('succeeded' as const);
    if (failed) outcomes[host] = { result, message };
    const steps = stepsOf(RESTART, frozen, host, 0);
    let at = began + number * MINUTE_MS + index * 1500;
    for (const [order, step] of steps.slice(0, isDone ? steps.length : 1 + (index % steps.length)).entries()) {
      const took = [1500, 6000, 38_000][order % 3]!;
      const open = !isDone && order === index % steps.length;
      const bad = failed && order === steps.length - 1;
      const end = {
        result: bad ? ('failed' as const) : ('succeeded' as const),
        reason: 'Done',
        message,
        at: new Date(at + took).toISOString(),
      };
      await world.write(keys.journal(RESTART, host, stepName(step)), {
        format: 1,
        round: 0,
        step,
        startedAt: new Date(at).toISOString(),
        ...(open ? {} : { outcome: end }),
      });
      at += took;
    }
    if (!isDone) continue;
    const step = verdictStep(RESTART, frozen, host, 0, { result, reason: 'Done', message });
    const time = new Date(at).toISOString();
    await world.write(keys.journal(RESTART, host, stepName(step)), {
      format: 1,
      round: 0,
      step,
      startedAt: time,
      outcome: { result, reason: 'Done', message, at: time },
    });
    if (failed)
      await world.write(
        keys.output(RESTART, host, '000-002-prove'),
        'waiting for the host\n<b>kernel panic</b> - not syncing\n',
      );
  }
  const failures = Object.keys(outcomes).length;
  const succeeded = begun.length - running.length - failures;
  await world.put([
    {
      key: `Operation/${RESTART}`,
      cluster,
      status: 'Running',
      conditions: [conditionOf('Ready', 'Unknown', 'Progressing', 'batch 2 of 5')],
      detail: {
        type: 'restart',
        clusters: [cluster],
        hosts: {
          total: hosts.length,
          succeeded,
          failed: failures,
          skipped: 0,
          running: running.length,
          pending: hosts.length - begun.length,
        },
        batches: { total: batches.length, current: 2 },
        round: 0,
        running,
        outcomes,
        beganAt: record.beganAt!,
      },
    },
  ]);
}
