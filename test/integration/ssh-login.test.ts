import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command } from '../../reconciler/hosts/command.ts';
import { hostHands } from '../../reconciler/hosts/host.ts';
import { sshTransport } from '../../reconciler/hosts/ssh-transport.ts';
import type { HostTarget, HostTransport } from '../../reconciler/hosts/transport.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import type { IdentityConfig } from '../../reconciler/ssh/identity.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { makeKey, makeUser, removeUser, startSshd, stopSshd, testFolder } from '../support/sshd.ts';
import type { TestKey, TestSshd } from '../support/sshd.ts';

const never = new AbortController().signal;

describeWith(['sshd'], 'logging in to a real sshd', () => {
  const user = `ilogin${process.pid}`;
  let folder: string;
  let removeFolder: () => void;
  let key: TestKey;
  let locked: TestKey;
  let sshd: TestSshd;
  let inner: TestSshd;

  beforeAll(async () => {
    ({ folder, remove: removeFolder } = testFolder());
    key = makeKey(folder);
    locked = makeKey(folder, 'locked', { passphrase: 'open sesame' });
    makeUser(user);
    const authorizedKeys = [key.publicKey, locked.publicKey];
    sshd = await startSshd({ authorizedKeys });
    inner = await startSshd({ authorizedKeys, address: '127.0.88.1' });
  });
  afterAll(async () => {
    await stopSshd(sshd);
    await stopSshd(inner);
    removeUser(user);
    removeFolder();
  });

  function targetOf({ address, port, hostKey }: TestSshd, name: string, jumps: HostTarget[] = []): HostTarget {
    return { name, address, port, user, hostKeys: [hostKey], trustOnFirstUse: false, jumps };
  }
  async function login(identity: IdentityConfig, env: Record<string, string> = {}): Promise<string> {
    const transport = sshTransport({ identities: { default: identity }, env });
    try {
      const session = await transport.open(targetOf(sshd, 'web-1'), never);
      return (await session.run(command('whoami'), { timeoutMs: 5000 }, never)).stdout.trim();
    } finally {
      await transport.close();
    }
  }

  it('works with a key file', async () => {
    expect(await login({ keyFile: key.path })).toBe(user);
  });

  it('works with a key from the environment', async () => {
    expect(await login({ keyEnv: 'DEPLOY_KEY' }, { DEPLOY_KEY: key.privateKey })).toBe(user);
  });

  it('works with an encrypted key and its passphrase', async () => {
    const identity = { keyFile: locked.path, passphraseEnv: 'PASS' };

    expect(await login(identity, { PASS: 'open sesame' })).toBe(user);
  });

  it('works with an agent, and says so when the agent is gone', async () => {
    const socket = join(folder, 'agent');
    const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    await eventually(() => existsSync(socket));
    execFileSync('ssh-add', [key.path], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });

    const seen = await login({ agent: true }, { SSH_AUTH_SOCK: socket });
    agent.kill('SIGKILL');
    await eventually(() => agent.signalCode !== null);
    const gone = login({ agent: true }, { SSH_AUTH_SOCK: socket });

    expect(seen).toBe(user);
    await expect(gone).rejects.toMatchObject({ code: 'LOGIN_REFUSED', hint: expect.stringContaining('SSH_AUTH_SOCK') });
  });

  it('refuses an identity that is not configured', async () => {
    const transport = sshTransport({ identities: { default: { keyFile: key.path } } });

    const open = transport.open({ ...targetOf(sshd, 'web-1'), identity: 'constructor' }, never);

    await expect(open).rejects.toMatchObject({ code: 'IDENTITY_UNUSABLE' });
    await transport.close();
  });

  it('names the way to root that is missing', async () => {
    const transport = sshTransport({ identities: { default: { keyFile: key.path } } });
    const hands = hostHands({ transport, clock: systemClock });

    const facts = hands.facts(targetOf(sshd, 'web-1'), never);

    await expect(facts).rejects.toMatchObject({ code: 'SUDO_REFUSED', hint: expect.stringContaining('NOPASSWD') });
    await transport.close();
  });

  async function throughJump(
    work: (transport: HostTransport, jump: HostTarget, target: HostTarget) => Promise<void>,
  ): Promise<void> {
    const transport = sshTransport({ identities: { default: { keyFile: key.path } }, connectTimeoutMs: 3000 });
    const jump = targetOf(sshd, 'bastion');
    try {
      await work(transport, jump, targetOf(inner, 'db-1', [jump]));
    } finally {
      await transport.close();
    }
  }

  it('goes through a jump host, proving both keys and sharing its connection', async () => {
    const before = sshd.logins();
    await throughJump(async (transport, jump, target) => {
      const behind = await transport.open(target, never);
      const itself = await transport.open(jump, never);

      const result = await behind.run(command('sh', '-c', 'echo ${SSH_CONNECTION%% *}'), { timeoutMs: 5000 }, never);

      expect(result.stdout).toMatch(/^127\./);
      expect([behind.hostKey, itself.hostKey]).toEqual([inner.hostKey, sshd.hostKey]);
      expect(sshd.logins() - before).toBe(1);
    });
  });

  it('goes through two jump hosts, one behind the other', async () => {
    await throughJump(async (transport, jump, target) => {
      const last = { ...targetOf(sshd, 'inner-1'), jumps: [jump, { ...target, jumps: [] }] };

      const session = await transport.open(last, never);
      const result = await session.run(command('echo', 'far'), { timeoutMs: 5000 }, never);

      expect(result).toMatchObject({ ended: 'exited', stdout: 'far\n' });
    });
  });

  it('refuses a host behind a jump host that shows another key', async () => {
    await throughJump(async (transport, _jump, target) => {
      const open = transport.open({ ...target, hostKeys: [sshd.hostKey] }, never);

      await expect(open).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' });
    });
  });

  it('refuses a jump host that shows another key, before anything goes through it', async () => {
    const logins = (): number => inner.log().filter((line) => line.includes('Accepted')).length;
    const before = logins();
    await throughJump(async (transport, jump, target) => {
      const open = transport.open({ ...target, jumps: [{ ...jump, hostKeys: [inner.hostKey] }] }, never);

      await expect(open).rejects.toMatchObject({
        code: 'HOST_KEY_CHANGED',
        message: expect.stringContaining('bastion'),
      });
      expect(logins()).toBe(before);
    });
  });

  it('says that a host behind a jump host cannot be reached', async () => {
    await throughJump(async (transport, _jump, target) => {
      const open = transport.open({ ...target, port: 1 }, never);

      await expect(open).rejects.toMatchObject({
        code: 'HOST_UNREACHABLE',
        message: expect.stringContaining('127.0.88.1:1'),
      });
    });
  });

  it('calls a command lost when the jump host goes, and finds its way again', async () => {
    await throughJump(async (transport, _jump, target) => {
      const session = await transport.open(target, never);
      const running = session.run(command('sleep', '20'), { timeoutMs: 15_000 }, never);

      sshd.cut();
      const lost = await running;
      session.release();
      const again = await eventually(() => transport.open(target, never));
      const result = await again.run(command('echo', 'back'), { timeoutMs: 5000 }, never);

      expect(lost).toMatchObject({ ended: 'lost' });
      expect(result.stdout).toBe('back\n');
    });
  });
});
