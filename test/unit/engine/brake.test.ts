import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Brake } from '../../../reconciler/engine/brake.ts';
import { keys } from '../../../reconciler/store/keys.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryLive } from '../../support/memory-live.ts';
import { silentLog } from '../../support/silent-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brake-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function rig() {
  const live = new MemoryLive();
  const file = join(folder, 'halt');
  const brake = new Brake({ live, file, clock: new ManualClock(), log: silentLog });
  return { live, file, brake };
}

describe('the brake', () => {
  it('is pulled by the key of the store, tells at once, and is lifted with it', async () => {
    const { live, brake } = rig();
    let told = 0;
    brake.onChange(() => (told += 1));

    await live.commit([{ put: keys.halt, value: { format: 1, who: 'jo', why: 'smoke', since: 's' } }]);
    const before = brake.pulled;
    brake.heed();

    expect(brake.halts).toEqual([{ by: 'command', who: 'jo', why: 'smoke', since: 's' }]);
    expect(before.aborted).toBe(true);
    expect(() => brake.refuseWhilePulled()).toThrow(expect.objectContaining({ code: 'HALTED' }));
    await live.commit([{ delete: keys.halt }]);
    brake.heed();
    expect(brake.halt).toBeUndefined();
    expect(brake.pulled.aborted).toBe(false);
    expect(told).toBe(2);
  });

  it('is pulled by a file that is there, whose first line is the reason', async () => {
    const { file, brake } = rig();
    writeFileSync(file, 'hands off\nmore\n');

    await brake.look();

    expect(brake.halt).toMatchObject({ by: 'file', who: file, why: 'hands off' });
    rmSync(file);
    await brake.look();
    expect(brake.halt).toBeUndefined();
  });
});
