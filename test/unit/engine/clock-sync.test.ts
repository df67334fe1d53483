import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { probeClock, thisMachine, type ClockMachine } from '../../../reconciler/engine/clock-probe.ts';
import { ClockWatch } from '../../../reconciler/engine/clock-watch.ts';
import type { ClockRule, ClockSync } from '../../../reconciler/rollout/windows/clock-sync.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { silentLog } from '../../support/silent-log.ts';

const { signal } = new AbortController();

describe('probeClock', () => {
  const machine = (programs: Record<string, string>, files: string[] = []): ClockMachine => ({
    run: async (program) => programs[program],
    exists: async (path) => files.includes(path),
  });
  const sign = '/run/systemd/timesync/synchronized';
  const chrony = (leap: string): string =>
    `D8EF230A,216.239.35.10,2,1700000000.1,0.000001,0.0,0.0,0.0,0.0,0.0,0.1,0.1,64.0,${leap}\n`;

  it.each<[string, ClockMachine, ClockSync]>([
    ['the kernel says yes', machine({ timedatectl: 'yes\n' }), 'synchronised'],
    [
      'the kernel says no, whatever else is there',
      machine({ timedatectl: 'no\n', chronyc: chrony('Normal') }, [sign]),
      'unsynchronised',
    ],
    ['there is no systemd, and chrony follows a source', machine({ chronyc: chrony('Normal') }), 'synchronised'],
    [
      'there is no systemd, and chrony follows none',
      machine({ chronyc: chrony('Not synchronised') }),
      'unsynchronised',
    ],
    ['only the sign of timesyncd is there', machine({}, [sign]), 'synchronised'],
    ['nothing is there', machine({}), 'unknown'],
  ])('when %s', async (_what, found, sync) => {
    expect(await probeClock(found, signal)).toBe(sync);
  });

  describe('on this machine', () => {
    const path = process.env.PATH;
    const folder = mkdtempSync(join(tmpdir(), 'clock-'));
    afterEach(() => {
      process.env.PATH = path;
      rmSync(folder, { recursive: true, force: true });
    });

    it('runs the programs that are found there, and takes one that fails for absent', async () => {
      const program = (name: string, text: string): void => {
        writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
        chmodSync(join(folder, name), 0o755);
      };
      program('timedatectl', 'echo "Failed to connect to bus" >&2; echo yes; exit 1');
      program('chronyc', '[ "$*" = "-c -n tracking" ] && echo "x,Not synchronised"');
      process.env.PATH = `${folder}:${path}`;

      expect(await probeClock(thisMachine, signal)).toBe('unsynchronised');
    });
  });
});

describe('ClockWatch', () => {
  function watch(rule: ClockRule): {
    watch: ClockWatch;
    say: (sync: ClockSync | Error) => Promise<void>;
    changes: () => number;
    told: string[];
  } {
    let sync: ClockSync | Error = 'unknown';
    let changes = 0;
    const told: string[] = [];
    const log = { ...silentLog, info: (_fields: unknown, message: string) => void told.push(message) };
    const one = new ClockWatch({
      rule,
      probe: async () => {
        if (sync instanceof Error) throw sync;
        return sync;
      },
      clock: new ManualClock(),
      log,
      onChange: () => (changes += 1),
    });
    return {
      watch: one,
      changes: () => changes,
      told,
      async say(next) {
        sync = next;
        await one.look(signal);
      },
    };
  }

  it('doubts a clock that is off, says so to whoever waits, and trusts it again', async () => {
    const { watch: one, say, changes } = watch('when-known');

    await say('unsynchronised');
    const doubt = one.doubt;
    await say('unsynchronised');
    await say('synchronised');

    expect(doubt).toContain('is not synchronised');
    expect(one.doubt).toBeUndefined();
    expect(changes()).toBe(2);
  });

  it('lets windows open where nothing is known, and says so once', async () => {
    const { watch: one, say, told } = watch('when-known');

    await say('unknown');
    await say(new Error('no such program'));

    expect(one.doubt).toBeUndefined();
    expect(told.filter((message) => message.includes('nothing on this machine'))).toHaveLength(1);
  });

  it('keeps them closed where nothing is known and it is required', async () => {
    const { watch: one, say } = watch('required');

    await say('unknown');

    expect(one.doubt).toContain('`clock.sync` is `required`');
  });

  it('does not look where it is to be ignored', async () => {
    const { watch: one, say } = watch('ignored');

    await say('unsynchronised');

    expect(one.doubt).toBeUndefined();
  });
});
