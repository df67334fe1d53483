import { describe, expect, it } from 'vitest';
import { fencedTransport } from '../../../reconciler/compose/fenced-transport.ts';
import type { CommandLine } from '../../../reconciler/hosts/command.ts';
import type { HostTarget, HostTransport } from '../../../reconciler/hosts/transport.ts';

const never = new AbortController().signal;
const target = { name: 'web-1' } as HostTarget;
const line = {} as CommandLine;

function rig() {
  const lease = { ours: true, held: () => lease.ours };
  const sent: string[] = [];
  const transport: HostTransport = {
    open: async () => {
      sent.push('open');
      return {
        hostKey: 'ssh-ed25519 AAAA',
        sudoPassword: async () => undefined,
        run: async () => {
          sent.push('run');
          return { ended: 'exited', exitCode: 0, stdout: '', stderr: '', droppedBytes: 0, durationMs: 1 };
        },
        upload: async () => void sent.push('upload'),
        release: () => void sent.push('release'),
      };
    },
    drop: () => void sent.push('drop'),
    close: async () => void sent.push('close'),
  };
  return { lease, sent, fenced: fencedTransport(transport, lease) };
}

describe('the transport of one holding of the lease', () => {
  it('passes everything through while the lease is held', async () => {
    const { fenced, sent } = rig();

    const session = await fenced.open(target, never);
    await session.run(line, { timeoutMs: 1 }, never);
    await session.upload({ path: '/x', content: new Uint8Array(), mode: 0o600 }, { timeoutMs: 1 }, never);
    session.release();
    fenced.drop('web-1');
    await fenced.close();

    expect(session.hostKey).toBe('ssh-ed25519 AAAA');
    expect(sent).toEqual(['open', 'run', 'upload', 'release', 'drop', 'close']);
  });

  it('sends nothing more once the lease is over, also on a session that is open', async () => {
    const { fenced, sent, lease } = rig();
    const session = await fenced.open(target, never);

    lease.ours = false;

    const lost = { disposition: 'Transient', code: 'LEASE_LOST' };
    await expect(session.run(line, { timeoutMs: 1 }, never)).rejects.toMatchObject(lost);
    const file = { path: '/x', content: new Uint8Array(), mode: 0o600 };
    await expect(session.upload(file, { timeoutMs: 1 }, never)).rejects.toMatchObject(lost);
    await expect(fenced.open(target, never)).rejects.toMatchObject(lost);
    expect(sent).toEqual(['open']);
  });
});
