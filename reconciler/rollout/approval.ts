import type { CommitSignature, Signer } from '../source/signatures/signature.ts';
import type { Hold } from './decide.ts';

/** Somebody as a commit names them. */
export interface Person {
  name: string;
  email: string;
}

/** A commit, and who is behind it. */
export interface MadeCommit {
  commit: string;
  author: Person;
  committer: Person;
  /** What its signature says; absent where signatures are not checked. Where it stands, author and committer are not believed. */
  signature?: CommitSignature;
}

/** What the history says of an approval that names the right digest. */
export type Evidence =
  /** It is being read. */
  | { state: 'searching' }
  /** It cannot be read now. */
  | { state: 'unknown'; why: string }
  /** `approvals`: the commits in which the approval appeared; `changes`: those that last changed what it approves. */
  | { state: 'found'; approvals: readonly MadeCommit[]; changes: readonly MadeCommit[] };

/** An approval that counts: who gave it in which commit, and who had made what it approves. */
export interface Verdict {
  approval: MadeCommit;
  change: MadeCommit;
}

/** Until the history is tried again, in milliseconds. */
export const RETRY_MS = 30_000;

/** The approval of somebody else than the authors of what is approved; undefined when there is none. Pure. */
export function judgeApproval(approvals: readonly MadeCommit[], changes: readonly MadeCommit[]): Verdict | undefined {
  const [change] = changes;
  const approval = approvals.find((each) => changes.every((other) => isAnother(each, other)));
  return approval && change && { approval, change };
}

/**
 * Whether an approval was given by another person than made a change. Where signatures are checked both must be signed by a known
 * person, and nothing else is believed. Else the author of the approval must have had no part in the change, and the author of the
 * change none in the approval; a committer that both share, as a forge is, says nothing.
 */
export function isAnother(approval: MadeCommit, change: MadeCommit): boolean {
  if (approval.commit === change.commit) return false;
  if (approval.signature || change.signature) {
    const [by, of] = [personBehind(approval), personBehind(change)];
    return by !== undefined && of !== undefined && !by.ids.some((id) => of.ids.includes(id));
  }
  const approver = idOf(approval.author);
  const author = idOf(change.author);
  if (approver === '' || author === '') return false;
  return approver !== author && approver !== idOf(change.committer) && idOf(approval.committer) !== author;
}

/** Whoever signed a commit for themselves; undefined where nobody is known by its signature. */
function personBehind({ signature }: MadeCommit): Signer | undefined {
  return signature && 'signer' in signature && !signature.signer.forge ? signature.signer : undefined;
}

/** `Dana Ops <dana@example.org>`, or the signer. */
export function nameOf({ author, signature }: MadeCommit): string {
  if (!signature) return `${author.name} <${author.email}>`;
  return 'signer' in signature ? signature.signer.name : 'somebody unknown';
}

/** The same for a message, with the commit and why its signature names nobody. */
function tell(made: MadeCommit): string {
  const { commit, signature } = made;
  const where = `${nameOf(made)} in ${commit.slice(0, 12)}`;
  if (signature && 'refused' in signature) return `${where} (the commit ${signature.refused})`;
  return signature?.signer.forge ? `${where} (who signs for others)` : where;
}

/** What is to be approved, and what the document says of it. */
export interface ApprovalState {
  digest: string;
  /** The digest in the document, whatever it is the digest of. */
  given?: string;
  /** How what was approved differs from what would be done now, where that is known. */
  differs?: string;
  evidence?: Evidence;
}

/** Why an operation that needs an approval does not begin; undefined when it has it. `verdict`: the approval that counts. */
export function approvalHold({ digest, given, differs, evidence }: ApprovalState, verdict?: Verdict): Hold | undefined {
  if (verdict) return undefined;
  const wanted = `set spec.approval.digest to ${digest}`;
  const by = 'in a commit by somebody who is not its author';
  if (given === undefined) return hold(`waits for an approval: ${wanted} ${by}`);
  if (given !== digest) {
    const why = differs ?? 'it is not the digest of what would be done now';
    return hold(
      `the approval of ${given.slice(0, 12)} is void, ${why}; to approve what would be done now, ${wanted} ${by}`,
    );
  }
  if (evidence?.state === 'found') {
    const { approvals, changes } = evidence;
    const who = approvals.map(tell).join(' and ');
    const last = changes.map(tell).join(' and ');
    if (approvals.every((each) => each.signature && !personBehind(each))) {
      return hold(
        `the approval by ${who} does not count: it takes a commit signed by an allowed signer; remove it, and ${wanted} ${by}`,
      );
    }
    if (changes.some((each) => each.signature && !personBehind(each))) {
      return hold(
        `the approval by ${who} cannot count: what it approves was last changed by ${last}; write the operation anew in a signed commit, changed or under another name, so that its author is known`,
      );
    }
    return hold(
      `the approval by ${who} does not count: what it approves was last changed by ${last}, and it takes somebody else; remove it, and ${wanted} ${by}`,
    );
  }
  if (evidence?.state === 'unknown')
    return hold(`who approved ${digest} cannot be told yet: ${evidence.why}`, RETRY_MS);
  return hold(`looks up who approved ${digest}`, RETRY_MS);
}

function hold(message: string, retryAfterMs?: number): Hold {
  return { reason: 'ApprovalRequired', message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function idOf({ email }: Person): string {
  return email.trim().toLowerCase();
}
