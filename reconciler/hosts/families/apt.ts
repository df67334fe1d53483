import { command, type CommandBit, type CommandLine } from '../command.ts';
import type { HostFamily } from './family.ts';
import { markedReboot } from './reboot-mark.ts';

/** Keeps configuration files that were changed by hand, and waits for another apt instead of failing. */
const OPTIONS = [
  '-y',
  '-o',
  'Dpkg::Options::=--force-confdef',
  '-o',
  'Dpkg::Options::=--force-confold',
  '-o',
  'DPkg::Lock::Timeout=300',
];

/** What is installed or removed restarts no service but its own: needrestart only lists the others. */
const aptGet = (...words: CommandBit[]): CommandLine =>
  command('env', 'NEEDRESTART_MODE=l', 'apt-get', ...OPTIONS, ...words);

/** Debian, Ubuntu and what derives from them. */
export const apt: HostFamily = {
  name: 'apt',
  environment: { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'a' },
  // New kernels are new packages; nothing that is installed is removed.
  upgrade: () => [
    { line: command('apt-get', ...OPTIONS, 'update') },
    { line: command('apt-get', ...OPTIONS, '--with-new-pkgs', 'upgrade') },
  ],
  rebootNeeded: markedReboot,
  packages: {
    installed: `dpkg-query -W -f '\${db:Status-Status}\\n' "$1" 2>/dev/null | grep -qx installed`,
    changes: {
      refresh: () => [{ line: command('apt-get', ...OPTIONS, 'update') }],
      repair: () => [{ line: command('dpkg', '--force-confdef', '--force-confold', '--configure', '-a') }],
      install: (...names) => [{ line: aptGet('--no-remove', 'install', ...names) }],
      removable: (...names) => command('dpkg', '--no-act', '--remove', ...names),
      remove: (...names) => [{ line: aptGet('remove', ...names) }],
    },
  },
};
