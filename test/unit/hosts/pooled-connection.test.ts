import { EventEmitter } from 'node:events';
import type { Client } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { command } from '../../../reconciler/hosts/command.ts';
import { PooledConnection } from '../../../reconciler/hosts/pooled-connection.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const never = new AbortController().signal;
const SOON = { timeoutMs: 30 };

/** A connection to a host that takes every command and never answers one. */
function rig() {
  const clock = new ManualClock();
  const events: string[] = [];
  const wire = { heard: 1000 };
  const client = Object.assign(new EventEmitter(), { exec: () => true }) as unknown as Client;
  const connection = new PooledConnection(
    {
      client,
      hostKey: 'ssh-ed25519 AAAA',
      firstUse: false,
      isOpen: () => true,
      heard: () => wire.heard,
      close: () => void events.push('close'),
      destroy: () => void events.push('destroy'),
    },
    { clock, idleMs: 60_000, onClosed: () => void events.push('closed') },
  );
  const ask = () => connection.run(command('true'), SOON, never);
  /** A command that hangs, on a host that says that it took it. */
  const askAndHear = async () => {
    const asked = ask();
    await clock.settle();
    wire.heard += 36;
    return asked;
  };
  return { clock, events, connection, ask, askAndHear };
}

describe('a pooled connection whose host has gone without a word', () => {
  it('is given up when a command has timed out and nothing was heard since the first was sent half a minute ago', async () => {
    const { clock, events, connection, ask } = rig();

    const first = await ask();
    const afterFirst = connection.isOpen;
    await clock.advance(30_000);
    const second = await ask();

    expect([first.lostCode, second.lostCode]).toEqual(['COMMAND_TIMED_OUT', 'COMMAND_TIMED_OUT']);
    expect(afterFirst).toBe(true);
    expect(connection.isOpen).toBe(false);
    expect(events).toEqual(['destroy', 'closed']);
  });

  it('is kept while the host says anything at all: it is the command that hangs', async () => {
    const { clock, events, connection, askAndHear } = rig();

    for (let minute = 0; minute < 3; minute += 1) {
      await askAndHear();
      await clock.advance(60_000);
    }

    expect(connection.isOpen).toBe(true);
    expect(events).toEqual([]);
  });

  it('is not taken for silent because nobody asked it anything for long', async () => {
    const { clock, events, connection, ask, askAndHear } = rig();

    await askAndHear();
    await clock.advance(600_000);
    await ask();

    expect(connection.isOpen).toBe(true);
    expect(events).toEqual([]);
  });
});
