import { InvalidInput, Transient } from '../../model/errors.ts';

/** Codes of the errors that this folder throws, in one place. */
export const GitCode = {
  badUrl: 'GIT_URL_INVALID',
  badRef: 'GIT_REF_INVALID',
  unauthorized: 'GIT_UNAUTHORIZED',
  forbidden: 'GIT_FORBIDDEN',
  notFound: 'GIT_NOT_FOUND',
  redirected: 'GIT_REDIRECTED',
  unsupported: 'GIT_UNSUPPORTED',
  unreachable: 'GIT_UNREACHABLE',
  timeout: 'GIT_TIMEOUT',
  protocol: 'GIT_PROTOCOL',
  corrupt: 'GIT_CORRUPT',
  tooLarge: 'GIT_TOO_LARGE',
  objectMissing: 'GIT_OBJECT_MISSING',
  tipMoved: 'GIT_TIP_MOVED',
  pathMissing: 'GIT_PATH_MISSING',
  nonFastForward: 'NON_FAST_FORWARD',
  credential: 'GIT_CREDENTIAL',
} as const;

/** What came over the wire or stands in a pack does not add up: try again, it may be a torn transfer. */
export function corrupt(what: string, cause?: unknown): Transient {
  return new Transient(`The git data is corrupt: ${what}.`, {
    code: GitCode.corrupt,
    hint: 'It is read again; if it stays, run `git fsck` on the remote repository.',
    cause,
  });
}

/** The other side does not speak as the git protocol says. */
export function protocolError(what: string, cause?: unknown): Transient {
  return new Transient(`The git server answered unexpectedly: ${what}.`, { code: GitCode.protocol, cause });
}

/** A limit that protects this process was passed. */
export function tooLarge(what: string, hint: string): InvalidInput {
  return new InvalidInput(what, { code: GitCode.tooLarge, hint });
}

/**
 * Text from a remote, fit for one line of a message: control and direction characters replaced, at most `max`
 * characters.
 */
export function cleanText(text: string, max = 400): string {
  const clean = text.replace(ESCAPE_SEQUENCE, '').replace(INVISIBLE, ' ').replace(/ {2,}/g, ' ').trim();
  return clean.length > max ? `${clean.slice(0, max)}…` : clean;
}

const ESCAPE_SEQUENCE = /\u001b\[[0-9;?]*[A-Za-z]/g;
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;
