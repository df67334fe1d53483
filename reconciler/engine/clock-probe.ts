import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import type { ClockSync } from '../rollout/windows/clock-sync.ts';

/** What the probe asks the machine. */
export interface ClockMachine {
  /** What a program prints; undefined = it is not there, or did not succeed. */
  run(program: string, args: readonly string[], signal: AbortSignal): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
}

/** How long one program may take, in milliseconds. */
const PROGRAM_TIMEOUT_MS = 5000;

/** This machine. */
export const thisMachine: ClockMachine = {
  run: (program, args, signal) =>
    new Promise((resolve) => {
      const options = {
        timeout: PROGRAM_TIMEOUT_MS,
        maxBuffer: 64 * 1024,
        signal,
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
      };
      execFile(program, args, options, (error, stdout) => resolve(error ? undefined : stdout));
    }),
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
};

/** Made by timesyncd once it has set the clock; gone after a restart of the machine. */
const TIMESYNCD_SIGN = '/run/systemd/timesync/synchronized';

/**
 * Whether the clock of the machine is synchronised. The kernel keeps that itself (as `adjtimex` shows it), whoever sets the
 * clock, and timedatectl prints it; where there is no systemd, chrony is asked, then the sign that timesyncd leaves.
 */
export async function probeClock(machine: ClockMachine, signal: AbortSignal): Promise<ClockSync> {
  const kernel = (await machine.run('timedatectl', ['show', '--property=NTPSynchronized', '--value'], signal))?.trim();
  if (kernel === 'yes') return 'synchronised';
  if (kernel === 'no') return 'unsynchronised';
  const tracking = (await machine.run('chronyc', ['-c', '-n', 'tracking'], signal))?.trim();
  if (tracking) return tracking.endsWith('Not synchronised') ? 'unsynchronised' : 'synchronised';
  return (await machine.exists(TIMESYNCD_SIGN)) ? 'synchronised' : 'unknown';
}
