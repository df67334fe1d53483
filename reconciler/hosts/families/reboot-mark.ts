import { command, type CommandLine } from '../command.ts';

/** The files by which Debian's and SUSE's packages say that a reboot is needed. */
export function markedReboot(): CommandLine {
  return command(
    'sh',
    '-c',
    'for mark in /run/reboot-required /var/run/reboot-required /run/reboot-needed; do [ ! -e "$mark" ] || exit 1; done',
  );
}
