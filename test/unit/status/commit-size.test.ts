import { describe, expect, it } from 'vitest';
import { StatusWriter } from '../../../reconciler/status/status-writer.ts';
import { newBytes } from '../../support/git-size.ts';
import { MemoryBranch, MemoryRemote } from '../../support/memory-branch.ts';
import { clusterStatus, FakeSource, hostStatus } from '../../support/statuses.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const REF = 'refs/heads/intendant/status';
const HOSTS = 1000;
const SIGNAL = new AbortController().signal;

describe('the size of a status commit in a cluster of 1,000 hosts', () => {
  const remote = new MemoryRemote();
  const source = new FakeSource([clusterStatus('web', HOSTS, 0)]);
  const names = Array.from({ length: HOSTS }, (_, index) => `web-${index}`);
  for (const name of names) source.put(hostStatus(name, 'active', 'web'));
  const writer = new StatusWriter({
    branch: new MemoryBranch(remote),
    ref: REF,
    source,
    clock: new ManualClock(),
    random: () => 0.5,
    log: { info: () => undefined, warn: () => undefined },
    version: '0.1.0',
    author: { name: 'Intendant', email: 'intendant@localhost' },
  });

  /** New bytes in the repository, deflated, that a change costs. */
  async function cost(failed: readonly string[]): Promise<number> {
    const before = remote.files(REF);
    for (const name of failed) writer.touch(source.put(hostStatus(name, 'failed', 'web')));
    writer.touch(source.put(clusterStatus('web', HOSTS, failed.length)));
    await writer.flush(SIGNAL);
    return newBytes(before, remote.files(REF), remote.history(REF).at(-1)!.message);
  }

  it('is some 2 kB for one host that fails, all folders, the README and the commit included', async () => {
    await writer.flush(SIGNAL);

    const bytes = await cost(['web-5']);

    expect(bytes).toBeLessThan(2200);
  });

  it('is less than 500 bytes a host for a thousand that fail, before any delta between files', async () => {
    const bytes = await cost(names);

    expect(bytes / HOSTS).toBeLessThan(500);
  });
});
