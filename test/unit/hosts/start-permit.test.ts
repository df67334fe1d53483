import { describe, expect, it } from 'vitest';
import { renderCommand } from '../../../reconciler/hosts/command.ts';
import { hostHands, type CommandEvent } from '../../../reconciler/hosts/host.ts';
import type { CommandResult, HostTarget, HostTransport } from '../../../reconciler/hosts/transport.ts';
import { Transient } from '../../../reconciler/model/errors.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const signal = new AbortController().signal;
const boot = '00000000-0000-4000-8000-000000000001';
const target: HostTarget = {
  name: 'web-1',
  address: '192.0.2.1',
  port: 22,
  user: 'root',
  hostKeys: [],
  trustOnFirstUse: false,
  jumps: [],
};
const step = {
  stepsRoot: '/steps',
  stepId: 'op.0.1-reboot',
  digest: 'd',
  timeoutSeconds: 60,
  action: { kind: 'reboot' as const },
};

function rig(answers: Record<string, string>, permit?: () => Promise<void>) {
  const sent: string[] = [];
  const events: CommandEvent[] = [];
  const transport: HostTransport = {
    async open() {
      return {
        hostKey: 'key',
        sudoPassword: async () => undefined,
        async run(line): Promise<CommandResult> {
          const verb = /intendant-(step-start|step-read|facts) /.exec(renderCommand(line))![1]!;
          sent.push(verb);
          const stdout = `@@intendant:n@@ begin\n${answers[verb]}\n@@intendant:n@@ end\n`;
          return { ended: 'exited', exitCode: 0, stdout, stderr: '', droppedBytes: 0, durationMs: 1 };
        },
        upload: async () => undefined,
        release: () => undefined,
      };
    },
    drop: () => undefined,
    close: async () => undefined,
  };
  const hands = hostHands({
    transport,
    clock: new ManualClock(),
    nonce: () => 'n',
    onCommand: (event) => events.push(event),
    beforeStart: permit,
  });
  return { hands, sent, events };
}

const refuse = async (): Promise<void> => {
  throw new Transient('the audit log cannot be written', { code: 'AUDIT_UNAVAILABLE' });
};

describe('a command that may disturb a host', () => {
  it('is sent only after it was permitted', async () => {
    const order: string[] = [];
    const { hands, sent } = rig({ 'step-start': `state=started\nbootId=${boot}` }, async () => {
      order.push(`permit after ${sent.length}`);
    });

    expect(await hands.startStep(target, step, signal)).toMatchObject({ state: 'started' });
    expect(order).toEqual(['permit after 0']);
  });

  it('is not sent when it was refused, and the answer says why', async () => {
    const { hands, sent } = rig({ 'step-read': `state=absent\nbootId=${boot}` }, refuse);

    const answer = await hands.startStep(target, step, signal);

    expect(sent).toEqual(['step-read']);
    expect(answer).toEqual({
      state: 'error',
      reason: 'AuditUnavailable',
      message: 'the audit log cannot be written',
    });
  });

  it('is re-attached to though starting it would be refused, when it has begun before', async () => {
    const begun = `state=interrupted\nbootId=${boot}\nstartedBoot=${boot}\ndropped=0\noutput=`;
    const { hands, sent } = rig({ 'step-read': begun }, refuse);

    expect(await hands.startStep(target, step, signal)).toMatchObject({ state: 'interrupted' });
    expect(sent).toEqual(['step-read']);
  });

  it('carries whom it acts for to whoever listens', async () => {
    const { hands, events } = rig({ 'step-start': `state=started\nbootId=${boot}` });
    const purpose = { operation: 'op', step: 'op.0.1-reboot', round: 0 };

    await hands.actingFor(purpose).startStep(target, step, signal);
    await hands.startStep(target, step, signal);

    expect(events.map((event) => event.purpose)).toEqual([purpose, undefined]);
  });
});
