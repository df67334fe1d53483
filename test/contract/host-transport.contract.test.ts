import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '../support/real-parts.ts';
import { hostTransportSuite } from '../support/host-transport-suite.ts';
import type { HostUnderTest } from '../support/host-transport-suite.ts';
import { makeKey, makeUser, removeUser, startSshd, stopSshd, testFolder } from '../support/sshd.ts';

async function realHost(user: string): Promise<HostUnderTest> {
  const { folder, remove } = testFolder();
  const key = makeKey(folder);
  const stepsRoot = join(folder, 'steps');
  mkdirSync(stepsRoot);
  if (user !== 'root') makeUser(user, { sudo: true });
  const sshd = await startSshd({ authorizedKeys: [key.publicKey] });
  const { address, port, hostKey } = sshd;
  return {
    target: { name: 'real-1', address, port, user, hostKeys: [hostKey], trustOnFirstUse: false, jumps: [] },
    options: { identities: { default: { keyFile: key.path } } },
    stepsRoot,
    cut: async () => sshd.cut(),
    stop: () => sshd.kill(),
    start: () => sshd.start(),
    async changeHostKey() {
      await sshd.kill();
      sshd.changeHostKey();
      await sshd.start();
    },
    async close() {
      await stopSshd(sshd);
      if (user !== 'root') removeUser(user);
      remove();
    },
  };
}

describeWith(['sshd'], 'over a real sshd', () => {
  hostTransportSuite('as root', () => realHost('root'));
});

describeWith(['sshd', 'sudo'], 'over a real sshd, through sudo', () => {
  hostTransportSuite('as a user who may become root', () => realHost(`itest${process.pid}`));
});
