import { describe, expect, it } from 'vitest';
import { approvalHold, isAnother, judgeApproval, type MadeCommit } from '../../../reconciler/rollout/approval.ts';
import type { CommitSignature } from '../../../reconciler/source/signatures/signature.ts';

const person = (name: string): MadeCommit['author'] => ({ name, email: `${name}@example.org` });
const FORGE = { name: 'Forge', email: 'noreply@forge.example' };

function commit(
  id: string,
  author: string,
  committer: MadeCommit['author'] = person(author),
  signature?: CommitSignature,
): MadeCommit {
  return { commit: id, author: person(author), committer, ...(signature === undefined ? {} : { signature }) };
}

/** Signed by whoever has these ids, whomever it names. */
function signed(id: string, ids: string[], more: { forge?: true } = {}): MadeCommit {
  return commit(id, `author-${id}`, person(`author-${id}`), { signer: { name: ids[0]!, ids, ...more } });
}

function unsigned(id: string): MadeCommit {
  return commit(id, `author-${id}`, person(`author-${id}`), { refused: 'is not signed' });
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
    ['two signers', signed('2', ['kim', 'key-b']), signed('1', ['alice', 'key-a']), true],
    ['the same signer under two names', signed('2', ['kim', 'key-a']), signed('1', ['alice', 'key-a']), false],
    ['the signer with another key', signed('2', ['kim', 'key-b']), signed('1', ['kim', 'key-a']), false],
    ['nobody who signed', unsigned('2'), signed('1', ['alice']), false],
    ['somebody else than an author who is not known', signed('2', ['kim']), unsigned('1'), false],
    ['a forge', signed('2', ['forge'], { forge: true }), signed('1', ['alice']), false],
    [
      'somebody else than whom a forge signed for',
      signed('2', ['kim']),
      signed('1', ['forge'], { forge: true }),
      false,
    ],
    ['a signer, where the change was not looked at', signed('2', ['kim']), commit('1', 'alice'), false],
    ['somebody else whose signature was not looked at', commit('2', 'bob'), signed('1', ['alice']), false],
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

  it.each<[string, MadeCommit, MadeCommit, RegExp]>([
    [
      'the approval is not signed',
      unsigned('22'),
      signed('11', ['alice']),
      /the approval by somebody unknown in 22 \(the commit is not signed\) does not count: it takes a commit signed by an allowed/,
    ],
    [
      'a forge has signed it',
      signed('22', ['forge'], { forge: true }),
      signed('11', ['alice']),
      /the approval by forge in 22 \(who signs for others\) does not count/,
    ],
    [
      'the change is not signed',
      signed('22', ['kim']),
      unsigned('11'),
      /the approval by kim in 22 cannot count: .* last changed by somebody unknown in 11 \(the commit is not signed\); write/,
    ],
    [
      'one has signed both',
      signed('22', ['alice']),
      signed('11', ['alice']),
      /the approval by alice in 22 does not count: what it approves was last changed by alice in 11/,
    ],
  ])('says what is wrong with the signatures: %s', (_, approval, change, message) => {
    const evidence = { state: 'found' as const, approvals: [approval], changes: [change] };

    const hold = approvalHold({ digest, given: digest, evidence });

    expect(hold?.message).toMatch(message);
    expect(hold?.message).not.toContain('author-');
  });

  it.each([{ state: 'searching' as const }, { state: 'unknown' as const, why: 'git is away' }])(
    'looks again while the history is not read: %j',
    (evidence) => {
      expect(approvalHold({ digest, given: digest, evidence })?.retryAfterMs).toBeGreaterThan(0);
    },
  );
});
