import { InvalidInput } from '../../model/errors.ts';
import { GitCode } from './git-error.ts';

const MAX_LENGTH = 512;
/** Space, control characters, and what git gives a meaning of its own. */

const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]/;

/** Whether a full ref name (`refs/heads/main`) keeps the rules of `git check-ref-format`. */
export function isRefName(name: string): boolean {
  if (name.length === 0 || name.length > MAX_LENGTH || FORBIDDEN.test(name)) return false;
  if (name === '@' || name.includes('..') || name.includes('@{')) return false;
  if (name.endsWith('.') || !name.includes('/')) return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

/** `refs/heads/<branch>`. Throws InvalidInput `GIT_REF_INVALID` for a name that git would refuse, or one that begins with `-`. */
export function branchRef(branch: string): string {
  const ref = `refs/heads/${branch}`;
  if (!branch.startsWith('-') && isRefName(ref)) return ref;
  throw new InvalidInput(`"${branch.slice(0, 100).replace(FORBIDDEN, '?')}" is not a valid branch name.`, {
    code: GitCode.badRef,
    hint: 'A branch name has no spaces, no "..", no "~^:?*[\\" and does not begin with "-" or end in ".lock".',
  });
}

/** Whether a text is a full SHA-1 object name in lower case. */
export function isOid(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** The oid, or InvalidInput: it is never put into a request or a path unchecked. */
export function checkOid(text: string): string {
  if (isOid(text)) return text;
  throw new InvalidInput('A commit is named by its full SHA-1 in 40 hexadecimal digits.', { code: GitCode.badRef });
}
