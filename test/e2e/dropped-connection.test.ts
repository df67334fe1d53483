import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { socketPath } from '../../reconciler/view/socket-path.ts';
import { SocketView } from '../../reconciler/view/socket-view.ts';
import { startDaemon } from '../support/cli.ts';
import type { Daemon } from '../support/cli.ts';
import { writeDaemonConfig } from '../support/daemon-config.ts';
import { clusterDocument, document, fleetDocument, hostDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { TestRepo } from '../support/repo.ts';
import { makeKey, startSshd, stopSshd, testFolder } from '../support/sshd.ts';
import type { TestSshd } from '../support/sshd.ts';

const LINES = 60;
/** Says that it began, then a line every 150 ms on both streams. */
const SCRIPT = `#!/bin/sh
echo began >>"$1/began"
i=1
while [ $i -le ${LINES} ]; do
  echo "line $i"
  [ $((i % 10)) -eq 0 ] && echo "complaint $i" >&2
  echo $i >"$1/at"
  sleep 0.15
  i=$((i + 1))
done
`;

describeWith(['git', 'sshd'], 'a connection to a real host that is lost in the middle of a long script', () => {
  let folder: string;
  let removeFolder: () => void;
  let sshd: TestSshd;
  let repo: TestRepo;
  let daemon: Daemon;

  beforeEach(async () => {
    ({ folder, remove: removeFolder } = testFolder('dropped-'));
    const key = makeKey(folder);
    sshd = await startSshd({ authorizedKeys: [key.publicKey] });
    repo = await TestRepo.create(join(folder, 'git'));
    const config = writeDaemonConfig({
      folder: join(folder, 'daemon'),
      fleet: 'dropped',
      repository: repo.bare,
      clientKey: key.privateKey,
      ssh: { stepsRoot: join(folder, 'steps') },
    });
    const { address, port, hostKey } = sshd;
    await repo.push({
      'fleet.yaml': fleetDocument('dropped'),
      'cluster.yaml': clusterDocument('web'),
      'web-1.yaml': hostDocument('web-1', address, 'web', { port, user: 'root', hostKeys: [hostKey] }),
    });
    daemon = startDaemon(config);
    await eventually(async () => (await repo.hostStatus('web-1'))?.status === 'active', { timeoutMs: 60_000 });
  });
  afterEach(async () => {
    await daemon.kill();
    await stopSshd(sshd);
    removeFolder();
  });

  it('is made anew: the script has run once, and its output is whole', async () => {
    const run = { type: 'run', target: { hosts: ['web-1'] }, script: SCRIPT, args: [folder], timeout: '60s' };
    await repo.push({ 'long.yaml': document('Operation', 'long', run) });
    const logins = sshd.logins();

    // The session is cut, the server goes away for a while, the session is cut again.
    await untilLine(5);
    sshd.cut();
    await untilLine(20);
    await sshd.kill();
    await untilLine(30);
    await sshd.start();
    await untilLine(45);
    sshd.cut();

    const done = await eventually(
      async () => {
        const file = await repo.status('operations/long.yaml');
        if (file?.status === 'Succeeded' || file?.status === 'Failed') return file;
        throw new Error(`${JSON.stringify(file)}: ${daemon.log().slice(-3000)}`);
      },
      { timeoutMs: 60_000 },
    );
    expect(done.status, daemon.log()).toBe('Succeeded');
    expect(readFileSync(join(folder, 'began'), 'utf8')).toBe('began\n');
    expect(await output()).toBe(wholeOutput());
    expect(sshd.logins() - logins).toBeGreaterThanOrEqual(2);
  });

  /** Waits until the script itself has come so far, whatever anybody knows of it. */
  async function untilLine(line: number): Promise<void> {
    await eventually(() => Number(readFileSync(join(folder, 'at'), 'utf8')) >= line, { timeoutMs: 60_000 });
  }

  async function output(): Promise<string> {
    const view = new SocketView(socketPath(join(folder, 'daemon/state')));
    const steps = await view.output('long', 'web-1', AbortSignal.timeout(5000));
    return steps.find(({ step }) => step.endsWith('-run'))!.value as string;
  }
});

function wholeOutput(): string {
  const numbers = Array.from({ length: LINES }, (_, index) => index + 1);
  return numbers.map((i) => `line ${i}\n${i % 10 === 0 ? `complaint ${i}\n` : ''}`).join('');
}
