import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../reconciler/hosts/command.ts';
import { hostHands } from '../../reconciler/hosts/host.ts';
import type { CommandEvent, HostHands } from '../../reconciler/hosts/host.ts';
import { familyNamed } from '../../reconciler/hosts/families/registry.ts';
import { cleanScript } from '../../reconciler/hosts/profile/clean.ts';
import { convergeScript } from '../../reconciler/hosts/profile/converge.ts';
import { planChanges } from '../../reconciler/hosts/profile/plan-changes.ts';
import type { SeenHost } from '../../reconciler/hosts/profile/seen.ts';
import { sshTransport } from '../../reconciler/hosts/ssh-transport.ts';
import type { SshTransportOptions } from '../../reconciler/hosts/ssh-transport.ts';
import type { HostTarget, HostTransport } from '../../reconciler/hosts/transport.ts';
import { Sensitive } from '../../reconciler/model/sensitive.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import { eventually } from './eventually.ts';
import { wantedFile, wantedHost } from './wanted-host.ts';

/** A host that the suite may use: a real sshd or a simulated one. */
export interface HostUnderTest {
  /** As whom and where to log in; `hostKeys` are the right ones. */
  target: HostTarget;
  /** What the transport needs to reach it. */
  options: SshTransportOptions;
  stepsRoot: string;
  /** Cuts the connections that stand; the host stays. */
  cut(): Promise<void>;
  /** Makes the host unreachable, and reachable again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Shows another host key from now on. */
  changeHostKey(): Promise<void>;
  close(): Promise<void>;
}

const never = new AbortController().signal;

/** What every way to reach hosts must do, told through `HostTransport` and `HostHands`. */
export function hostTransportSuite(name: string, make: () => Promise<HostUnderTest>): void {
  describe(`host transport: ${name}`, () => {
    let host: HostUnderTest;
    let transport: HostTransport;
    let hands: HostHands;
    let events: CommandEvent[] = [];

    beforeAll(async () => {
      host = await make();
      transport = sshTransport({ connectTimeoutMs: 5000, ...host.options });
      hands = hostHands({ transport, clock: systemClock, onCommand: (event) => events.push(event) });
    });
    afterEach(() => {
      events = [];
    });
    afterAll(async () => {
      await transport?.close();
      await host?.close();
    });

    const stepId = (): string => `suite.${randomBytes(6).toString('hex')}`;
    function script(text: string, args: string[] = [], id = stepId()) {
      const action = { kind: 'script' as const, script: text, args };
      return { stepsRoot: host.stepsRoot, stepId: id, digest: 'sha256:aa', action, timeoutSeconds: 20 };
    }

    it('answers with facts and the key that the host proved', async () => {
      const answer = await hands.facts(host.target, never);

      expect(answer).toMatchObject({
        facts: { os: expect.any(String), cpus: expect.any(Number), bootId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        hostKey: host.target.hostKeys[0],
      });
    });

    it('runs a check and gives its exit code and output', async () => {
      const passed = await hands.check(host.target, { argv: ['echo', 'it is', 'well'], timeoutSeconds: 5 }, never);
      const failed = await hands.check(host.target, { argv: ['false'], timeoutSeconds: 5 }, never);

      expect(passed).toEqual({ exitCode: 0, output: 'it is well\n' });
      expect(failed).toMatchObject({ exitCode: 1 });
    });

    it('ends a check at its timeout with exit code 124', async () => {
      const answer = await hands.check(host.target, { argv: ['sleep', '30'], timeoutSeconds: 1 }, never);

      expect(answer).toMatchObject({ exitCode: 124 });
    });

    it('starts a step once and gives its result to whoever asks again', async () => {
      const step = script('echo "hello $1"\nexit 7\n', ['big world']);

      const first = await hands.startStep(host.target, step, never);
      const second = await hands.startStep(host.target, step, never);
      const read = await hands.readStep(host.target, { ...step, waitSeconds: 10 }, never);

      expect(first).toMatchObject({ state: 'started' });
      expect(second).toMatchObject({ state: expect.stringMatching(/^(running|done)$/) });
      expect(read).toMatchObject({ state: 'done', exitCode: 7, output: 'hello big world\n', droppedBytes: 0 });
    });

    it('brings a profile about in one step, finds nothing left to do, and takes it away again', async () => {
      const place = { stepsRoot: `${host.stepsRoot}/profile.${randomBytes(6).toString('hex')}/steps` };
      const path = `${place.stepsRoot}.conf`;
      const wanted = wantedHost({ files: [wantedFile(path, new Sensitive('hidden words'), { mode: '0600' })] });
      const family = familyNamed('apt')!;
      const look = async (): Promise<SeenHost> => {
        const answer = await hands.look(host.target, wanted, family, place, never);
        if (!('seen' in answer)) throw new Error(answer.lost);
        return answer.seen;
      };
      const run = async (text: string | Sensitive): Promise<unknown> => {
        const action = { kind: 'script' as const, script: text, args: [] };
        const step = { ...script('', []), ...place, action };
        await hands.startStep(host.target, step, never);
        return hands.readStep(host.target, { ...step, waitSeconds: 20 }, never);
      };

      const bare = await look();
      const done = await run(convergeScript(family, wanted, planChanges(wanted, bare), place));
      const there = await look();
      const cleaned = await run(cleanScript(family, there, place));

      expect(planChanges(wanted, bare)).toEqual([{ kind: 'file', name: path, action: 'create' }]);
      expect(done).toMatchObject({ state: 'done', exitCode: 0, output: `@@change create file ${path}\n` });
      expect(planChanges(wanted, there)).toEqual([]);
      expect(there).toMatchObject({ applied: 'd1', inventory: [{ kind: 'file', name: path, before: 'absent' }] });
      expect(cleaned).toMatchObject({ state: 'done', exitCode: 0, output: `@@change remove file ${path}\n` });
      expect(await look()).toEqual(bare);
      expect(JSON.stringify(events)).not.toContain('hidden');
    });

    it('says that a step which nobody started is absent', async () => {
      const read = await hands.readStep(host.target, script('true'), never);

      expect(read).toMatchObject({ state: 'absent' });
    });

    it('refuses a step whose id belongs to another digest', async () => {
      const step = script('true');
      await hands.startStep(host.target, step, never);

      const read = await hands.readStep(host.target, { ...step, digest: 'sha256:bb' }, never);
      const started = await hands.startStep(host.target, { ...step, digest: 'sha256:bb' }, never);

      expect(read).toMatchObject({ state: 'foreign' });
      expect(started).toMatchObject({ state: 'foreign' });
    });

    it('starts nothing when the host was booted since the intent', async () => {
      const step = { ...script('true'), bootId: '00000000-0000-4000-8000-000000000000' };

      const started = await hands.startStep(host.target, step, never);
      const read = await hands.readStep(host.target, step, never);

      expect(started).toMatchObject({ state: 'boot-changed' });
      expect(read).toMatchObject({ state: 'absent' });
    });

    it('keeps the first bytes of a step’s output and counts the rest', async () => {
      const step = { ...script('echo 0123456789'), maxOutputBytes: 4 };
      await hands.startStep(host.target, step, never);

      const read = await hands.readStep(host.target, { ...step, waitSeconds: 10 }, never);

      expect(read).toMatchObject({ state: 'done', output: '0123', droppedBytes: 7 });
    });

    it('ends a step at its timeout with exit code 124', async () => {
      const step = { ...script('sleep 60'), timeoutSeconds: 1 };
      await hands.startStep(host.target, step, never);

      const read = await hands.readStep(host.target, { ...step, waitSeconds: 15 }, never);

      expect(read).toMatchObject({ state: 'done', exitCode: 124 });
    });

    it('calls a command lost when its time is up', async () => {
      const session = await transport.open(host.target, never);

      const result = await session.run(command('sleep', '20'), { timeoutMs: 200 }, never);
      session.release();

      expect(result).toMatchObject({ ended: 'lost', lostBecause: expect.stringContaining('no answer within') });
    });

    it('calls a command lost when the connection is cut, and re-attaches to its step', async () => {
      const step = script('sleep 2\necho survived\n');
      await hands.startStep(host.target, step, never);

      const waiting = hands.readStep(host.target, { ...step, waitSeconds: 10 }, never);
      await eventually(() => transport.open(host.target, never).then((session) => (session.release(), true)));
      const cut = host.cut();
      const lost = await waiting;
      await cut;
      const again = await hands.readStep(host.target, { ...step, waitSeconds: 10 }, never);

      expect(lost).toEqual({ lost: expect.any(String), code: 'CONNECTION_LOST' });
      expect(again).toMatchObject({ state: 'done', exitCode: 0, output: 'survived\n' });
    });

    it('throws HOST_UNREACHABLE while the host is down and reaches it afterwards', async () => {
      await host.stop();
      const down = await hands.facts(host.target, never).catch((error: unknown) => error);
      await host.start();
      const up = await eventually(() => hands.facts(host.target, never));

      // The first command after the host went may still be on the old connection.
      if (down instanceof Error) expect(down).toMatchObject({ code: 'HOST_UNREACHABLE', disposition: 'Transient' });
      else expect(down).toMatchObject({ lost: expect.any(String) });
      expect(up).toMatchObject({ facts: { os: expect.any(String) } });
    });

    it('refuses another host key than the pinned one, and an unknown one', async () => {
      const wrong = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([0, 0, 0, 32]), Buffer.alloc(32, 7)]).toString('base64')}`;
      const bare = sshTransport({ ...host.options, hostKeyMap: undefined });

      const attempts = await Promise.allSettled([
        bare.open({ ...host.target, hostKeys: [wrong] }, never),
        bare.open({ ...host.target, hostKeys: [] }, never),
      ]);

      expect(attempts).toMatchObject([
        { status: 'rejected', reason: { code: 'HOST_KEY_CHANGED', disposition: 'InvalidInput' } },
        { status: 'rejected', reason: { code: 'HOST_KEY_UNKNOWN', disposition: 'InvalidInput' } },
      ]);
      await bare.close();
    });

    it('trusts on first use only where it is told to, and reports the key', async () => {
      const bare = sshTransport({ ...host.options, hostKeyMap: undefined });

      const session = await bare.open({ ...host.target, hostKeys: [], trustOnFirstUse: true }, never);

      expect(session.hostKey).toBe(host.target.hostKeys[0]);
      session.release();
      await bare.close();
    });

    it('refuses the login of a key that is not authorized', async () => {
      const stranger = sshTransport({
        ...host.options,
        identities: { default: { keyEnv: 'STRANGER' } },
        env: { STRANGER: STRANGER_KEY },
      });

      await expect(stranger.open(host.target, never)).rejects.toMatchObject({
        code: 'LOGIN_REFUSED',
        hint: expect.stringContaining('authorized_keys'),
      });
      await stranger.close();
    });

    it('writes a file whole and with its mode', async () => {
      const session = await transport.open(host.target, never);
      const file = { path: `${host.stepsRoot}/upload.txt`, content: Buffer.from('content\n'), mode: 0o640 };

      const upload = session.upload(file, { timeoutMs: 10_000 }, never);

      await expect(upload).resolves.toBeUndefined();
      session.release();
    });

    it('stops waiting when it is told to', async () => {
      const controller = new AbortController();
      const session = await transport.open(host.target, never);

      const run = session.run(command('sleep', '20'), { timeoutMs: 30_000 }, controller.signal);
      controller.abort(new Error('the daemon stops'));

      await expect(run).rejects.toThrow('the daemon stops');
      session.release();
    });

    it('tells an observer of every command, without the script’s text', async () => {
      await hands.check(host.target, { argv: ['echo', 'x'], timeoutSeconds: 5 }, never);

      expect(events).toEqual([
        expect.objectContaining({ target: host.target.name, verb: 'check', ended: 'exited', exitCode: 0 }),
      ]);
      expect(events[0]!.shown).toMatch(/intendant-check 5 -- echo x$/);
    });

    it('stalls on a host whose key has changed as soon as it has to prove itself anew', async () => {
      await hands.facts(host.target, never);

      await host.changeHostKey();
      transport.drop(host.target.name);

      await expect(transport.open(host.target, never)).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' });
    });
  });
}

/** A key that no host has ever authorized. */
const STRANGER_KEY = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACB+9amy/5VxzL1cprSdAcPoOIMPPTwHt3otPdixIbAcKgAAAJAyk2bWMpNm
1gAAAAtzc2gtZWQyNTUxOQAAACB+9amy/5VxzL1cprSdAcPoOIMPPTwHt3otPdixIbAcKg
AAAEBltkIQRfcuCK2n4ULXD64N75nr7HHxTzwEKni8hyRw8X71qbL/lXHMvVymtJ0Bw+g4
gw89PAe3ei092LEhsBwqAAAACHN0cmFuZ2VyAQIDBAU=
-----END OPENSSH PRIVATE KEY-----
`;
