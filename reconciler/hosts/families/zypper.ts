import { command, type CommandBit } from '../command.ts';
import type { FamilyCommand, HostFamily } from './family.ts';
import { RPM_INSTALLED, rpmRemovable } from './rpm-packages.ts';

/** Updated, and a reboot or a restart of the package manager is due. https://en.opensuse.org/SDB:Zypper_manual "EXIT CODES" */
const DUE = [102, 103];

const zypperCommand = (...words: CommandBit[]): FamilyCommand => ({
  line: command('zypper', '--non-interactive', ...words),
  alsoSuccess: DUE,
});

/** openSUSE and SUSE Linux Enterprise. */
export const zypper: HostFamily = {
  name: 'zypper',
  environment: { ZYPP_LOCK_TIMEOUT: '300' },
  upgrade: () => [
    zypperCommand('refresh'),
    // Code 103 means that zypper itself was updated and the rest is still to come: the second pass brings it.
    zypperCommand('update', '--auto-agree-with-licenses'),
    zypperCommand('update', '--auto-agree-with-licenses'),
  ],
  // 102 = a reboot is suggested, 0 = it is not.
  rebootNeeded: () =>
    command(
      'sh',
      '-c',
      'zypper --non-interactive needs-rebooting; code=$?; [ $code -ne 102 ] || exit 1; [ $code -eq 0 ] || exit 2',
    ),
  packages: {
    installed: RPM_INSTALLED,
    changes: {
      refresh: () => [zypperCommand('refresh')],
      repair: () => [],
      install: (...names) => [zypperCommand('install', '--auto-agree-with-licenses', ...names)],
      removable: rpmRemovable,
      remove: (...names) => [zypperCommand('remove', ...names)],
      // Without a person, zypper trusts no key that it does not know yet.
      trustKey: (path) => [{ line: command('rpm', '--import', path) }],
    },
  },
};
