import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandAudit, type AuditLine } from '../../../../reconciler/engine/audit/command-audit.ts';
import type { CommandIntent } from '../../../../reconciler/hosts/host.ts';
import type { CommitSignature } from '../../../../reconciler/source/signatures/signature.ts';
import type { CommitInfo } from '../../../../reconciler/source/source.ts';
import { keys } from '../../../../reconciler/store/keys.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { MemoryLive } from '../../../support/memory-live.ts';
import { silentLog } from '../../../support/silent-log.ts';

const restart: CommandIntent = {
  target: 'web-1',
  verb: 'step-start',
  shown: 'intendant-step-start /steps op.0.1-reboot',
  purpose: { operation: 'op', step: 'op.0.1-reboot', round: 0 },
};
const look: CommandIntent = { target: 'web-1', verb: 'facts', shown: 'intendant-facts' };
const info = (commit: string): CommitInfo => ({
  commit,
  parents: [],
  author: { name: 'Dana', email: 'dana@example.org', timestamp: 1 },
  committer: { name: 'Forge', email: 'forge@example.org', timestamp: 2 },
  message: 'Restart',
});

let folder: string;
let live: MemoryLive;
let asked: string[];
let audit: CommandAudit;

function read(name: string): AuditLine[] {
  const text = readFileSync(join(folder, name), 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditLine);
}

describe('the audit of commands', () => {
  beforeEach(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'intendant-audit-')), 'audit');
    live = new MemoryLive();
    asked = [];
    await live.commit([
      { put: keys.revision, value: { accepted: 'aaaa' } },
      { put: keys.object('Operation/op'), value: { lastAttemptedRevision: 'main@sha1:bbbb' } },
    ]);
    const commitInfo = async (commit: string): Promise<CommitInfo> => {
      asked.push(commit);
      if (commit === 'gone') throw new Error('not in the clone');
      return info(commit);
    };
    audit = new CommandAudit({ folder, fleet: 'f', live, commitInfo, clock: new ManualClock(), log: silentLog });
  });
  afterEach(async () => {
    await audit.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  it('has a command that may disturb on the disk before it is sent, with the people behind it', async () => {
    await audit.beforeStart(restart);

    expect(read('operations.jsonl')).toEqual([
      {
        time: '2026-01-01T00:00:00.000Z',
        event: 'send',
        fleet: 'f',
        host: 'web-1',
        verb: 'step-start',
        command: restart.shown,
        operation: 'op',
        round: 0,
        step: 'op.0.1-reboot',
        commit: 'bbbb',
        author: 'Dana <dana@example.org>',
        committer: 'Forge <forge@example.org>',
      },
    ]);
  });

  it('notes how each command ended, and keeps looks apart from operations', async () => {
    audit.onCommand({ ...restart, ended: 'lost', durationMs: 12.4 });
    audit.onCommand({ ...look, ended: 'exited', exitCode: 0, durationMs: 3 });
    await audit.close();

    expect(read('operations.jsonl')).toMatchObject([{ event: 'done', result: 'lost', durationMs: 12, commit: 'bbbb' }]);
    expect(read('looks.jsonl')).toMatchObject([{ event: 'done', result: 'exited', exitCode: 0, commit: 'aaaa' }]);
  });

  it('asks for the people of a commit once', async () => {
    for (let n = 0; n < 10; n += 1) audit.onCommand({ ...look, ended: 'exited', durationMs: 1 });
    await audit.close();

    expect(asked).toEqual(['aaaa']);
    expect(read('looks.jsonl')).toHaveLength(10);
  });

  it('names the commit alone when the clone no longer has it', async () => {
    await live.commit([{ put: keys.revision, value: { accepted: 'gone' } }]);

    audit.onCommand({ ...look, ended: 'exited', durationMs: 1 });
    await audit.close();

    expect(read('looks.jsonl')[0]).toMatchObject({ commit: 'gone' });
    expect(read('looks.jsonl')[0]).not.toHaveProperty('author');
  });

  it.each<[string, CommitSignature | Error, object]>([
    ['whoever signed the commit', { signer: { name: 'kim@example.org', ids: [] } }, { signer: 'kim@example.org' }],
    ['nobody when it is not signed', { refused: 'is not signed' }, { signer: undefined }],
    ['nobody while the signers cannot be read', new Error('unreadable'), { signer: undefined }],
  ])('names, where signatures are checked, %s', async (_, signature, expected) => {
    const signatureOf = async (): Promise<CommitSignature> => {
      if (signature instanceof Error) throw signature;
      return signature;
    };
    const commitInfo = async (commit: string): Promise<CommitInfo> => info(commit);
    const clock = new ManualClock();
    const signed = new CommandAudit({ folder, fleet: 'f', live, commitInfo, signatureOf, clock, log: silentLog });

    await signed.beforeStart(restart);
    await signed.close();

    const [line] = read('operations.jsonl');
    expect({ signer: line!.signer, author: line!.author }).toEqual({ author: 'Dana <dana@example.org>', ...expected });
  });

  it('refuses a command that may disturb when it cannot be written down, and lets looks go on', async () => {
    writeFileSync(folder, 'in the way');

    await expect(audit.beforeStart(restart)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(() => audit.onCommand({ ...look, ended: 'exited', durationMs: 1 })).not.toThrow();
  });
});
