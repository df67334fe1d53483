import { InvalidInput } from '../model/errors.ts';

/** The remote has no such branch. */
export function branchMissing(branch: string): InvalidInput {
  return new InvalidInput(`The config branch ${JSON.stringify(branch)} does not exist on the remote.`, {
    code: 'BRANCH_MISSING',
    hint: "Push it, or name another one in repository.branch of the daemon's configuration. Nothing is removed meanwhile.",
  });
}

/** The remote does not have the accepted commit, and its branch is elsewhere. */
export function acceptedUnreadable(accepted: string, tip: string): InvalidInput {
  return new InvalidInput(
    `The accepted revision ${accepted} can no longer be read, and the branch is at another one.`,
    {
      code: 'ACCEPTED_UNREADABLE',
      hint: `Set acceptRevision: ${tip} in the daemon's configuration if that one is meant.`,
    },
  );
}
