import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostHands } from '../../reconciler/hosts/host.ts';
import type { CommandEvent, HostHands } from '../../reconciler/hosts/host.ts';
import { sshTransport } from '../../reconciler/hosts/ssh-transport.ts';
import type { HostTarget, HostTransport } from '../../reconciler/hosts/transport.ts';
import { Sensitive } from '../../reconciler/model/sensitive.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import { describeWith } from '../support/real-parts.ts';
import { makeKey, makeUser, removeUser, startSshd, stopSshd, testFolder } from '../support/sshd.ts';
import type { TestSshd } from '../support/sshd.ts';

const never = new AbortController().signal;
const user = `intsudo${process.pid}`;
const PASSWORD = "it's $(secret) \\n pässword";

describeWith(['sshd', 'sudo'], 'sudo that asks for a password', () => {
  const { folder, remove } = testFolder();
  const file = join(folder, 'password');
  let sshd: TestSshd;
  let transport: HostTransport;
  let hands: HostHands;
  let target: HostTarget;
  let events: CommandEvent[] = [];

  beforeAll(async () => {
    const key = makeKey(folder);
    makeUser(user);
    execFileSync('chpasswd', { input: `${user}:${PASSWORD}\n` });
    sudoers(`${user} ALL=(ALL) ALL`);
    sshd = await startSshd({ authorizedKeys: [key.publicKey] });
    const identities = { default: { keyFile: key.path, sudoPasswordFile: file } };
    transport = sshTransport({ identities, connectTimeoutMs: 5000 });
    hands = hostHands({ transport, clock: systemClock, onCommand: (event) => events.push(event) });
    const { address, port, hostKey } = sshd;
    target = { name: 'web-1', address, port, user, hostKeys: [hostKey], trustOnFirstUse: false, jumps: [] };
  });

  afterAll(async () => {
    await transport?.close();
    if (sshd) await stopSshd(sshd);
    removeUser(user);
    remove();
  });

  function sudoers(line: string): void {
    writeFileSync(`/etc/sudoers.d/${user}`, `Defaults:${user} !lecture\n${line}\n`, { mode: 0o440 });
  }
  const runsAsRoot = async (id: string, script: string | Sensitive): Promise<unknown> => {
    const action = { kind: 'script' as const, script, args: [] };
    const step = { stepsRoot: join(folder, 'steps'), stepId: id, digest: 'd', action, timeoutSeconds: 20 };
    await hands.startStep(target, step, never);
    return hands.readStep(target, { ...step, waitSeconds: 10 }, never);
  };

  it('gets it, and then every verb with all of its input', async () => {
    writeFileSync(file, `${PASSWORD}\n`, { mode: 0o600 });
    const copy = join(folder, 'copy');

    const facts = await hands.facts(target, never);
    const step = await runsAsRoot('one', 'id -u\nhead -n 1 "$0"\n');
    const secret = await runsAsRoot('two', new Sensitive('echo hidden words'));
    const session = await transport.open(target, never);
    await session.upload({ path: copy, content: Buffer.from([0, 10, 255]), mode: 0o600 }, { timeoutMs: 9000 }, never);
    session.release();

    expect(facts).toMatchObject({ facts: { kernel: expect.any(String) } });
    expect(step).toMatchObject({ state: 'done', exitCode: 0, output: '0\nid -u\n' });
    expect(secret).toMatchObject({ output: 'hidden words\n' });
    expect([...readFileSync(copy)]).toEqual([0, 10, 255]);
    const told = JSON.stringify(events) + sshd.log().join('\n');
    expect(told).not.toContain('secret)');
  });

  it('goes on as before where sudo asks for none although one is configured', async () => {
    sudoers(`${user} ALL=(ALL) NOPASSWD: ALL`);

    const step = await runsAsRoot('three', 'id -u\ncat\n');
    sudoers(`${user} ALL=(ALL) ALL`);

    expect(step).toMatchObject({ state: 'done', exitCode: 0, output: '0\n' });
  });

  it('says that a password is wrong, does not send it again, and takes up the right one from its file at once', async () => {
    writeFileSync(file, 'wrong\n');
    events = [];

    const wrong = hands.facts(target, never);
    await expect(wrong).rejects.toMatchObject({
      code: 'SUDO_REFUSED',
      hint: expect.stringContaining('sudoPasswordFile'),
    });
    await expect(hands.facts(target, never)).rejects.toMatchObject({ message: expect.stringContaining('not tried') });
    writeFileSync(file, PASSWORD);
    const right = await hands.facts(target, never);

    expect(events.map(({ ended }) => ended)).toEqual(['exited', 'threw', 'exited']);
    expect(right).toMatchObject({ facts: { kernel: expect.any(String) } });
  });

  it('names the file that cannot be read', async () => {
    writeFileSync(file, '');

    await expect(hands.facts(target, never)).rejects.toMatchObject({
      code: 'SUDO_PASSWORD_UNREADABLE',
      message: expect.stringContaining(file),
    });
  });
});
