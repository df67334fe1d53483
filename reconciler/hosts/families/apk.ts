import { command, type CommandBit, type CommandLine } from '../command.ts';
import type { HostFamily } from './family.ts';

const apkCommand = (...words: CommandBit[]): CommandLine =>
  command('apk', '--no-interactive', '--wait', '300', ...words);

/** Alpine. */
export const apk: HostFamily = {
  name: 'apk',
  environment: {},
  upgrade: () => [{ line: apkCommand('update') }, { line: apkCommand('upgrade') }],
  // A new kernel package takes the modules of the running one away. A container has neither.
  rebootNeeded: () =>
    command('sh', '-c', '[ ! -d /lib/modules ] || [ -z "$(ls /lib/modules)" ] || [ -d "/lib/modules/$(uname -r)" ]'),
  packages: {
    installed: 'apk info -e "$1" >/dev/null 2>&1',
    changes: {
      refresh: () => [{ line: apkCommand('update') }],
      repair: () => [{ line: apkCommand('fix') }],
      install: (...names) => [{ line: apkCommand('add', ...names) }],
      // What others need stays of itself: only the wish for it goes.
      removable: () => command('true'),
      remove: (...names) => [{ line: apkCommand('del', ...names) }],
    },
  },
};
