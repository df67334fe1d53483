import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { StatusWriter } from '../../reconciler/status/status-writer.ts';
import type { RevisionRecord } from '../../reconciler/store/records.ts';
import { MemoryBranch, MemoryRemote } from '../support/memory-branch.ts';
import { FakeSource } from '../support/statuses.ts';
import { ManualClock } from '../support/manual-clock.ts';

const ROOT = join(import.meta.dirname, 'status');
const REF = 'refs/heads/intendant/status';

interface Case {
  describe: string;
  revision: RevisionRecord;
  objects: ObjectStatus[];
}

/** The commit message and every file of the branch, one after the other. */
async function rendered({ revision, objects }: Case): Promise<string> {
  const source = new FakeSource(objects);
  source.revisionNow = revision;
  const remote = new MemoryRemote();
  const writer = new StatusWriter({
    branch: new MemoryBranch(remote),
    ref: REF,
    source,
    clock: new ManualClock('2026-01-02T03:04:05.000Z'),
    random: () => 0.5,
    log: { info: () => undefined, warn: () => undefined },
    version: '0.1.0',
    author: { name: 'Intendant', email: 'intendant@localhost' },
  });
  await writer.flush(new AbortController().signal);
  const files = [...remote.files(REF)].sort(([a], [b]) => (a < b ? -1 : 1));
  const message = remote.history(REF)[0]!.message;
  return [`==> commit message\n${message}`, ...files.map(([path, text]) => `==> ${path}\n${text}`)].join('\n');
}

describe('the status branch of', () => {
  for (const name of readdirSync(ROOT)) {
    const input = JSON.parse(readFileSync(join(ROOT, name, 'input.json'), 'utf8')) as Case;

    it(input.describe, async () => {
      const branch = await rendered(input);

      await expect(branch).toMatchFileSnapshot(join(ROOT, name, 'branch.txt'));
    });
  }
});
