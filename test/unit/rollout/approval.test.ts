import { describe, expect, it } from 'vitest';
import { approvalHold, isAnother, judgeApproval, type MadeCommit } from '../../../reconciler/rollout/approval.ts';

const person = (name: string): MadeCommit['author'] => ({ name, email: `${name}@example.org` });
const FORGE = { name: 'Forge', email: 'noreply@forge.example' };

function commit(
  id: string,
  author: string,
  committer: MadeCommit['author'] = person(author),
  signer?: string,
): MadeCommit {
  return { commit: id, author: person(author), committer, ...(signer === undefined ? {} : { signer }) };
}

describe('an approval is by somebody else', () => {
  it.each<[string, MadeCommit, MadeCommit, boolean]>([
    ['two people', commit('2', 'bob'), commit('1', 'alice'), true],
    ['the author again', commit('2', 'alice'), commit('1', 'alice'), false],
    ['the same commit, whoever it names', commit('1', 'bob'), commit('1', 'alice'), false],
    ['the author in other letters', commit('2', 'ALICE'), commit('1', 'alice'), false],
    ['two people through a forge', commit('2', 'bob', FORGE), commit('1', 'alice', FORGE), true],
    ['the author through a forge', commit('2', 'alice', FORGE), commit('1', 'alice', FORGE), false],
    ['a forged author, committed by the author', commit('2', 'bob', person('alice')), commit('1', 'alice'), false],
    [
      'approved by who committed it under another name',
      commit('2', 'mallory'),
      commit('1', 'bob', person('mallory')),
      false,
    ],
    ['nobody', { ...commit('2', 'bob'), author: { name: 'Bob', email: '' } }, commit('1', 'alice'), false],
    ['other signers of the same name', commit('2', 'x', FORGE, 'key-b'), commit('1', 'x', FORGE, 'key-a'), true],
    [
      'the same signer under two names',
      commit('2', 'bob', FORGE, 'key-a'),
      commit('1', 'alice', FORGE, 'key-a'),
      false,
    ],
  ])('%s: %#', (_, approval, change, expected) => {
    expect(isAnother(approval, change)).toBe(expected);
  });

  it('than every author of what is approved, in any one of its commits', () => {
    const changes = [commit('1', 'alice'), commit('2', 'bob')];

    expect(judgeApproval([commit('3', 'bob')], changes)).toBeUndefined();
    expect(judgeApproval([commit('3', 'bob'), commit('4', 'carol')], changes)?.approval.commit).toBe('4');
    expect(judgeApproval([commit('3', 'carol')], [])).toBeUndefined();
  });
});

describe('an operation without an approval that counts', () => {
  const digest = 'd'.repeat(64);

  it('says what to write, by whom', () => {
    const hold = approvalHold({ digest });

    expect(hold).toEqual({
      reason: 'ApprovalRequired',
      message: `waits for an approval: set spec.approval.digest to ${digest} in a commit by somebody who is not its author`,
    });
  });

  it('says what differs from what was approved, and what to approve now', () => {
    const hold = approvalHold({ digest, given: 'e'.repeat(64), differs: 'it now selects web-4 too' });

    expect(hold?.message).toContain('the approval of eeeeeeeeeeee is void, it now selects web-4 too');
    expect(hold?.message).toContain(digest);
  });

  it('names who approved and who changed, when that is the same person', () => {
    const evidence = { state: 'found' as const, approvals: [commit('2', 'alice')], changes: [commit('1', 'alice')] };

    const hold = approvalHold({ digest, given: digest, evidence });

    expect(hold?.message).toContain('the approval by alice <alice@example.org> in 2 does not count');
    expect(hold?.retryAfterMs).toBeUndefined();
  });

  it.each([{ state: 'searching' as const }, { state: 'unknown' as const, why: 'git is away' }])(
    'looks again while the history is not read: %j',
    (evidence) => {
      expect(approvalHold({ digest, given: digest, evidence })?.retryAfterMs).toBeGreaterThan(0);
    },
  );
});
