import type { CommandEvent } from '../hosts/host.ts';
import type { Meter } from '../model/meter.ts';

/** Counts a command that was sent to a host. */
export function measureCommand(meter: Meter, { verb, ended, durationMs }: CommandEvent): void {
  meter.observe('sshCommandDuration', { verb, result: ended }, durationMs / 1000);
}
