import { command } from '../command.ts';
import type { HostFamily } from './family.ts';

/** Alpine. */
export const apk: HostFamily = {
  name: 'apk',
  environment: {},
  upgrade: () => [
    { line: command('apk', '--no-interactive', '--wait', '300', 'update') },
    { line: command('apk', '--no-interactive', '--wait', '300', 'upgrade') },
  ],
  // A new kernel package takes the modules of the running one away. A container has neither.
  rebootNeeded: () =>
    command('sh', '-c', '[ ! -d /lib/modules ] || [ -z "$(ls /lib/modules)" ] || [ -d "/lib/modules/$(uname -r)" ]'),
};
