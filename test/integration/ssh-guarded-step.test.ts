import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostHands } from '../../reconciler/hosts/host.ts';
import type { HostHands } from '../../reconciler/hosts/host.ts';
import { sshTransport } from '../../reconciler/hosts/ssh-transport.ts';
import type { HostTarget, HostTransport } from '../../reconciler/hosts/transport.ts';
import { EXEC_SCRIPT } from '../../reconciler/kinds/operation/neighbours/command-hook.ts';
import { systemClock } from '../../reconciler/model/clock.ts';
import { Sensitive } from '../../reconciler/model/sensitive.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import { makeKey, makeUser, removeUser, startSshd, stopSshd, testFolder } from '../support/sshd.ts';
import type { TestSshd } from '../support/sshd.ts';

const never = new AbortController().signal;

describeWith(['sshd', 'sudo'], 'guarded steps over a connection that breaks', () => {
  const user = `iguard${process.pid}`;
  let folder: string;
  let removeFolder: () => void;
  let sshd: TestSshd;
  let transport: HostTransport;
  let hands: HostHands;
  let target: HostTarget;
  const shown: string[] = [];

  beforeAll(async () => {
    ({ folder, remove: removeFolder } = testFolder());
    const key = makeKey(folder);
    makeUser(user, { sudo: true });
    sshd = await startSshd({ authorizedKeys: [key.publicKey] });
    const { address, port, hostKey } = sshd;
    target = { name: 'web-1', address, port, user, hostKeys: [hostKey], trustOnFirstUse: false, jumps: [] };
    transport = sshTransport({ identities: { default: { keyFile: key.path } } });
    hands = hostHands({ transport, clock: systemClock, onCommand: (event) => shown.push(event.shown) });
  });
  afterAll(async () => {
    await transport.close();
    await stopSshd(sshd);
    removeUser(user);
    removeFolder();
  });

  it('gives a command its words as they are, whatever they look like to a shell', async () => {
    const words = ['$(id)', '`id`', "it's", '"', 'a  b', '*', '; exit 3', '-n', '$1', '#', 'ümlaut', '\\'];
    const out = join(folder, 'words');
    const action = {
      kind: 'script' as const,
      script: EXEC_SCRIPT,
      args: ['sh', '-c', 'out=$1; shift; printf "%s\\n" "$@" >"$out"', 'words', out, ...words],
    };
    const step = {
      stepsRoot: join(folder, 'steps'),
      stepId: 'op.0.3-takeout.web-1',
      digest: 'd',
      action,
      timeoutSeconds: 20,
    };

    await hands.startStep(target, step, never);
    const seen = await hands.readStep(target, { ...step, waitSeconds: 10 }, never);

    expect(seen).toMatchObject({ state: 'done', exitCode: 0 });
    expect(readFileSync(out, 'utf8').trimEnd().split('\n')).toEqual(words);
  });

  it('runs once, wherever in the start the connection is cut', async () => {
    const moments = [0, 10, 20, 30, 40, 60, 80, 120];
    for (const moment of moments) {
      const count = join(folder, `count-${moment}`);
      const action = { kind: 'script' as const, script: `echo ran >>"$1"\n`, args: [count] };
      const step = {
        stepsRoot: join(folder, 'steps'),
        stepId: `cut-${moment}`,
        digest: 'd',
        action,
        timeoutSeconds: 20,
      };
      (await transport.open(target, never)).release();

      const first = hands.startStep(target, step, never).catch((error: unknown) => error);
      await delay(moment);
      sshd.cut();
      await first;
      await eventually(async () => !('lost' in (await hands.startStep(target, step, never))));
      const done = await hands.readStep(target, { ...step, waitSeconds: 10 }, never);

      expect(done, `cut after ${moment} ms`).toMatchObject({ state: 'done', exitCode: 0 });
      expect(readFileSync(count, 'utf8'), `cut after ${moment} ms`).toBe('ran\n');
    }
  });

  it('goes on as root when the session that started it has ended', async () => {
    const marker = join(folder, 'survived');
    const script = `sleep 1\nid -u >"$1"\n[ -t 0 ] || echo "no terminal"\n`;
    const action = { kind: 'script' as const, script, args: [marker] };
    const step = { stepsRoot: join(folder, 'steps'), stepId: 'survivor', digest: 'd', action, timeoutSeconds: 20 };

    const started = await hands.startStep(target, step, never);
    await sshd.kill();
    await eventually(() => existsSync(marker) && readFileSync(marker, 'utf8') !== '');
    await sshd.start();
    const done = await eventually(async () => {
      const seen = await hands.readStep(target, { ...step, waitSeconds: 5 }, never);
      return 'lost' in seen ? undefined : seen;
    });

    expect(started).toMatchObject({ state: 'started' });
    expect(done).toMatchObject({ state: 'done', exitCode: 0, output: 'no terminal\n' });
    expect(readFileSync(marker, 'utf8')).toBe('0\n');
  });

  it('shows no secret argument to the observer', async () => {
    const action = { kind: 'script' as const, script: 'true', args: [new Sensitive('hunter2')] };
    const step = { stepsRoot: join(folder, 'steps'), stepId: 'secret', digest: 'd', action, timeoutSeconds: 20 };

    await hands.startStep(target, step, never);

    expect(shown.at(-1)).toContain('script (sensitive)');
    expect(shown.join('\n')).not.toContain('hunter2');
  });
});
