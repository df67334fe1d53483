import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommandAudit, type AuditLine } from '../../reconciler/engine/audit/command-audit.ts';
import type { CommandIntent } from '../../reconciler/hosts/host.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import { MemoryLive } from '../support/memory-live.ts';
import { describeWith } from '../support/real-parts.ts';
import { silentLog } from '../support/silent-log.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';

const restart: CommandIntent = {
  target: 'web-1',
  verb: 'step-start',
  shown: 'intendant-step-start',
  purpose: { operation: 'op', step: 'op.0.1-reboot', round: 0 },
};

describeWith(['mount'], 'the audit on a full disk', () => {
  let disk: SmallDisk;
  let audit: CommandAudit;
  let said: string[];

  beforeEach(() => {
    disk = mountSmallDisk(1);
    said = [];
    const note = (_: unknown, message: string): void => void said.push(message);
    const commitInfo = async (): Promise<never> => Promise.reject(new Error('not asked'));
    const log = { ...silentLog, warn: note, info: note };
    audit = new CommandAudit({
      folder: join(disk.folder, 'audit'),
      fleet: 'f',
      live: new MemoryLive(),
      commitInfo,
      clock: systemClock,
      log,
    });
  });
  afterEach(async () => {
    await audit.close();
    disk.remove();
  });

  it('sends nothing that disturbs a host, says so, and goes on when there is room, without a torn line', async () => {
    await audit.beforeStart(restart);
    for (let n = 0; n < 40; n += 1) await audit.beforeStart({ ...restart, shown: 'x'.repeat(50) });
    disk.fill();

    let sent = 41;
    let refused: unknown;
    for (let n = 0; n < 100 && refused === undefined; n += 1) {
      await audit.beforeStart(restart).then(
        () => (sent += 1),
        (error: unknown) => (refused = error),
      );
    }
    for (let n = 0; n < 50; n += 1) audit.onCommand({ ...restart, ended: 'exited', durationMs: 1 });
    disk.free();
    await audit.beforeStart(restart);
    await audit.close();

    expect(refused).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(said).toEqual([
      'the audit log cannot be written: nothing that disturbs a host is sent',
      'the audit log is written again',
    ]);
    const lines = readFileSync(join(disk.folder, 'audit', 'operations.jsonl'), 'utf8')
      .split('\n')
      .slice(0, -1);
    const events = lines.map((line) => (JSON.parse(line) as AuditLine).event);
    expect(events.filter((event) => event === 'send')).toHaveLength(sent + 1);
    expect(events.filter((event) => event === 'done')).toHaveLength(50);
  });
});
