import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { command, ShellWord } from '../../reconciler/hosts/command.ts';
import { sshTransport } from '../../reconciler/hosts/ssh-transport.ts';
import type { SshTransportOptions } from '../../reconciler/hosts/ssh-transport.ts';
import type { CommandResult, HostTarget, HostTransport } from '../../reconciler/hosts/transport.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { makeKey, makeUser, removeUser, startSshd, stopSshd, testFolder } from '../support/sshd.ts';
import type { TestKey, TestSshd } from '../support/sshd.ts';

const never = new AbortController().signal;
const limits = { timeoutMs: 10_000 };

describeWith(['sshd'], 'the pooled transport on a real sshd', () => {
  const user = `ipool${process.pid}`;
  let folder: string;
  let removeFolder: () => void;
  let key: TestKey;
  let sshd: TestSshd;
  let transport: HostTransport;
  let target: HostTarget;

  beforeAll(async () => {
    ({ folder, remove: removeFolder } = testFolder());
    key = makeKey(folder);
    makeUser(user);
  });
  afterAll(() => {
    removeUser(user);
    removeFolder();
  });
  beforeEach(async () => {
    sshd = await startSshd({ authorizedKeys: [key.publicKey] });
    target = targetOf(sshd);
    transport = make();
  });
  afterEach(async () => {
    await transport.close();
    await stopSshd(sshd);
  });

  function targetOf(server: TestSshd, name = 'web-1'): HostTarget {
    const { address, port, hostKey } = server;
    return { name, address, port, user, hostKeys: [hostKey], trustOnFirstUse: false, jumps: [] };
  }
  function make(options: Partial<SshTransportOptions> = {}): HostTransport {
    return sshTransport({ identities: { default: { keyFile: key.path } }, connectTimeoutMs: 3000, ...options });
  }
  async function run(...bits: Parameters<typeof command>): Promise<CommandResult> {
    const session = await transport.open(target, never);
    try {
      return await session.run(command(...bits), limits, never);
    } finally {
      session.release();
    }
  }

  it('runs many commands at once over one connection and never more than four of them', async () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      run(
        'sh',
        '-c',
        `mkdir ~/running.$1; ls -d ~/running.* | wc -l; sleep 0.1; rmdir ~/running.$1`,
        'x',
        String(index),
      ),
    );

    const results = await Promise.all(many);

    expect(sshd.logins()).toBe(1);
    expect(Math.max(...results.map(({ stdout }) => Number(stdout)))).toBe(4);
  });

  it('waits in line where the server allows fewer sessions than we do', async () => {
    await stopSshd(sshd);
    sshd = await startSshd({ authorizedKeys: [key.publicKey], config: ['MaxSessions 2'] });
    target = targetOf(sshd);

    const results = await Promise.all(Array.from({ length: 8 }, () => run('sh', '-c', 'sleep 0.1; echo done')));

    expect(results.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 8 }, () => 'done\n'));
    expect(sshd.log().some((line) => line.includes('no more sessions'))).toBe(true);
    expect(sshd.logins()).toBe(1);
  });

  it('fails the commands of a cut connection as lost and opens a new one', async () => {
    const running = run('sleep', '20');
    // Answered on the same connection: the login is over on both sides.
    await run('true');

    sshd.cut();
    const lost = await running;
    const after = await run('echo', 'again');

    expect(lost).toMatchObject({ ended: 'lost', lostBecause: expect.any(String) });
    expect(lost.exitCode).toBeUndefined();
    expect(after).toMatchObject({ ended: 'exited', exitCode: 0, stdout: 'again\n' });
    expect(sshd.logins()).toBe(2);
  });

  it('tells an exit code, a signal and standard error apart', async () => {
    const exited = await run('sh', '-c', 'echo out; echo err >&2; exit 3');
    const killed = await run(new ShellWord('kill -9 $$'));

    expect(exited).toMatchObject({ ended: 'exited', exitCode: 3, stdout: 'out\n', stderr: 'err\n', droppedBytes: 0 });
    expect(killed).toMatchObject({ ended: 'exited', signal: 'SIGKILL' });
  });

  it('bounds much output and counts what it drops', async () => {
    const session = await transport.open(target, never);

    const result = await session.run(
      command('head', '-c', '900000', '/dev/zero'),
      { ...limits, maxOutputBytes: 1000 },
      never,
    );
    session.release();

    expect(result).toMatchObject({ ended: 'exited', exitCode: 0, droppedBytes: 899_000, stdout: '' });
  });

  it('does not read on when a command never stops printing, and says so', async () => {
    const session = await transport.open(target, never);

    const result = await session.run(command('yes'), { timeoutMs: 60_000 }, never);
    session.release();
    const again = await run('echo', 'well');

    expect(result).toMatchObject({ ended: 'lost', lostCode: 'ENDLESS_OUTPUT' });
    expect(result.droppedBytes).toBeLessThan(5_000_000);
    expect(again).toMatchObject({ ended: 'exited', stdout: 'well\n' });
  });

  it('cleans hostile output', async () => {
    const result = await run('printf', '\\033[31mred\\033[0m \\033]0;owned\\007\\342\\200\\256\\000\\377 tail');

    expect(result.stdout).toBe('red \ufffd tail');
  });

  it('ends the input of a command that is given none', async () => {
    const result = await run('cat');

    expect(result).toMatchObject({ ended: 'exited', exitCode: 0, stdout: '' });
  });

  it('sends standard input whole', async () => {
    const session = await transport.open(target, never);
    const stdin = Buffer.alloc(3_000_000, 'x');

    const result = await session.run(command('wc', '-c'), { ...limits, stdin }, never);
    session.release();

    expect(result.stdout.trim()).toBe('3000000');
  });

  it('does not wait for a process that the command left behind', async () => {
    const result = await run('sh', '-c', 'sleep 20 & echo started');

    expect(result).toMatchObject({ ended: 'exited', exitCode: 0, stdout: 'started\n' });
    expect(result.durationMs).toBeLessThan(8000);
  });

  it('calls a command of a frozen host lost when its time is up', async () => {
    const session = await transport.open(target, never);
    sshd.freeze();

    const result = await session.run(command('true'), { timeoutMs: 300 }, never);
    session.release();
    sshd.thaw();

    expect(result).toMatchObject({ ended: 'lost' });
  });

  it('gives up a login to a frozen host at its deadline', async () => {
    sshd.freeze();

    const open = make({ connectTimeoutMs: 300 }).open(target, never);

    await expect(open).rejects.toMatchObject({ code: 'LOGIN_TIMED_OUT', message: expect.stringContaining('300 ms') });
    sshd.thaw();
  });

  it('shares one login between all who come at once, and lets each leave by itself', async () => {
    const impatient = new AbortController();
    const opens = [
      transport.open(target, never),
      transport.open(target, impatient.signal),
      transport.open(target, never),
    ];

    impatient.abort(new Error('no longer needed'));
    const [first, second, third] = await Promise.allSettled(opens);

    expect(first?.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { message: 'no longer needed' } });
    expect(third?.status).toBe('fulfilled');
    expect(sshd.logins()).toBe(1);
  });

  it('starts anew after everybody had left a login', async () => {
    const controller = new AbortController();
    const left = transport.open(target, controller.signal).catch((error: unknown) => error);

    controller.abort(new Error('stop'));
    const session = await transport.open(target, never);

    expect(await left).toBeInstanceOf(Error);
    expect(session.hostKey).toBe(sshd.hostKey);
    session.release();
  });

  it('closes a connection that nobody uses', async () => {
    const idle = make({ idleMs: 50 });
    const session = await idle.open(target, never);
    session.release();

    await eventually(() =>
      sshd.log().some((line) => /disconnected by user|Disconnected from|Connection closed/i.test(line)),
    );
    const again = await idle.open(target, never);
    again.release();
    await idle.close();

    expect(sshd.logins()).toBe(2);
  });

  it('does not keep more logins under way than allowed', async () => {
    const stalled: Socket[] = [];
    const black: Server = createServer((socket) => void stalled.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => black.listen(0, '127.0.0.1', resolve));
    const { port } = black.address() as AddressInfo;
    const few = make({ maxConcurrentStarts: 3, connectTimeoutMs: 500 });

    const opens = Array.from({ length: 9 }, (_, index) =>
      few.open({ ...target, name: `h${index}`, address: '127.0.0.1', port }, never).catch((error: unknown) => error),
    );
    await eventually(() => stalled.length === 3);
    const together = stalled.length;
    const results = await Promise.all(opens);
    black.close();

    expect(together).toBe(3);
    expect(stalled).toHaveLength(9);
    expect(results).toEqual(Array.from({ length: 9 }, () => expect.objectContaining({ code: 'LOGIN_TIMED_OUT' })));
  });

  it('stops on a host that comes back with another key, and the others go on', async () => {
    const other = await startSshd({ authorizedKeys: [key.publicKey] });
    await run('true');
    await sshd.kill();
    sshd.changeHostKey();
    await sshd.start();

    const stalled = await transport.open(target, never).catch((error: unknown) => error);
    const session = await transport.open(targetOf(other, 'web-2'), never);

    expect(stalled).toMatchObject({ code: 'HOST_KEY_CHANGED', hint: expect.stringContaining(sshd.hostKey) });
    expect(session.hostKey).toBe(other.hostKey);
    session.release();
    await stopSshd(other);
  });

  it('does not go on over a connection whose key is no longer the pinned one', async () => {
    await run('true');

    const open = transport.open({ ...target, hostKeys: [key.publicKey] }, never);

    await expect(open).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' });
  });

  it('keeps the connection when a key trusted on first use has been pinned since', async () => {
    const first = await transport.open({ ...target, hostKeys: [], trustOnFirstUse: true }, never);
    first.release();

    const second = await transport.open({ ...target, hostKeys: [first.hostKey] }, never);
    second.release();

    expect(sshd.logins()).toBe(1);
  });

  it('finds the key of a server that shows several in the pinned type', async () => {
    const rsa = makeKey(folder, 'rsa-host', { type: 'rsa' });
    await stopSshd(sshd);
    sshd = await startSshd({ authorizedKeys: [key.publicKey], config: [`HostKey ${rsa.path}`] });
    target = { ...targetOf(sshd), hostKeys: [rsa.publicKey] };

    const session = await transport.open(target, never);

    expect(session.hostKey).toBe(rsa.publicKey);
    session.release();
  });

  it('lets a known_hosts file stand over the key that was recorded on first use', async () => {
    const file = join(folder, 'known_hosts');
    writeFileSync(file, `[${sshd.address}]:${sshd.port} ${sshd.hostKey}\n`);
    const known = make({ knownHostsFile: file });
    const trusting = { ...target, hostKeys: [], trustOnFirstUse: true, recordedKey: key.publicKey };

    const session = await known.open(trusting, never);
    session.release();
    writeFileSync(file, `[${sshd.address}]:${sshd.port} ${key.publicKey}\n`);
    const renewed = known.open({ ...trusting, recordedKey: sshd.hostKey }, never);

    expect(session.firstUse).toBe(false);
    await expect(renewed).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' });
  });

  it('accepts the recorded key, and no other, where nothing is written down and first use is trusted', async () => {
    const trusting = { ...target, hostKeys: [], trustOnFirstUse: true };

    const session = await transport.open({ ...trusting, recordedKey: sshd.hostKey }, never);
    session.release();
    const other = make().open({ ...trusting, recordedKey: key.publicKey }, never);
    const pinned = make().open({ ...trusting, trustOnFirstUse: false, recordedKey: sshd.hostKey }, never);

    expect(session.firstUse).toBe(true);
    await Promise.all([
      expect(other).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' }),
      expect(pinned).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' }),
    ]);
  });

  it('takes keys from a known_hosts file, and never a revoked one', async () => {
    const file = join(folder, 'known_hosts');
    const line = `[${sshd.address}]:${sshd.port} ${sshd.hostKey}\n`;
    writeFileSync(file, line);
    const known = make({ knownHostsFile: file });
    const session = await known.open({ ...target, hostKeys: [] }, never);
    session.release();

    writeFileSync(file, `${line}@revoked * ${sshd.hostKey}\n`);
    const revoked = known.open(target, never);

    await expect(revoked).rejects.toMatchObject({
      code: 'HOST_KEY_CHANGED',
      message: expect.stringContaining('revoked'),
    });
    await known.close();
  });

  it('trusts nothing when the known_hosts file cannot be read', async () => {
    const open = make({ knownHostsFile: join(folder, 'no-such-file') }).open(target, never);

    await expect(open).rejects.toMatchObject({ code: 'KNOWN_HOSTS_UNREADABLE' });
  });

  it('dials where the map says, with the keys that are right there', async () => {
    const mapped = make({
      dialMap: { '192.0.2.7:22': `${sshd.address}:${sshd.port}` },
      hostKeyMap: { '192.0.2.7:22': [sshd.hostKey] },
    });

    const session = await mapped.open({ ...target, address: '192.0.2.7', port: 22, hostKeys: [key.publicKey] }, never);

    expect(session.hostKey).toBe(sshd.hostKey);
    session.release();
    await mapped.close();
  });

  it('refuses everything after it was closed, and leaves no login behind', async () => {
    const opening = transport.open(target, never).catch((error: unknown) => error);

    await transport.close();

    expect(await opening).toBeInstanceOf(Error);
    await expect(transport.open(target, never)).rejects.toMatchObject({ code: 'TRANSPORT_CLOSED' });
  });

  it('does not send a command whose words are data', async () => {
    const result = await run('echo', '$(touch /tmp/owned); `id`', new ShellWord('|'), 'cat');

    expect(result.stdout).toBe('$(touch /tmp/owned); `id`\n');
  });
});
