import type { IncomingMessage } from 'node:http';
import { InvalidInput, Transient } from '../../model/errors.ts';
import type { IntendantError } from '../../model/errors.ts';
import { GitCode } from './git-error.ts';
import type { GitServiceName } from './service.ts';

const MAX_RETRY_AFTER_MS = 600_000;

/** The error for an answer other than 200. `authorised`: we sent a credential. */
export function statusError(
  answer: IncomingMessage,
  service: GitServiceName,
  where: string,
  authorised: boolean,
): IntendantError {
  const status = answer.statusCode ?? 0;
  const verb = service === 'git-receive-pack' ? 'push' : 'read';
  switch (status) {
    case 401:
      return new InvalidInput(
        authorised ? `${where} does not accept our credential (401).` : `${where} asks for a credential (401).`,
        {
          code: GitCode.unauthorized,
          hint: authorised
            ? 'Check that the token or password has not expired and belongs to this server.'
            : 'Name a token or password under auth.',
        },
      );
    case 403:
      return new InvalidInput(`${where} does not let us ${verb} this repository (403).`, {
        code: GitCode.forbidden,
        hint:
          verb === 'push'
            ? 'The status credential needs write access, and a server of your own needs http.receivepack.'
            : 'The credential needs read access to the repository.',
      });
    case 404:
    case 410:
      return new InvalidInput(`${where} has no such repository (${status}).`, {
        code: GitCode.notFound,
        hint: 'Check the address; some servers also say this when the credential may not see the repository.',
      });
    case 413:
      return new InvalidInput(`${where} refused the request as too large (413).`, { code: GitCode.tooLarge });
    default:
      return new Transient(`${where} answered with status ${status}.`, {
        code: GitCode.unreachable,
        hint: 'The git server or a proxy before it has a problem; it is tried again.',
        ...retryAfter(answer),
      });
  }
}

function retryAfter(answer: IncomingMessage): { retryAfterMs?: number } {
  const seconds = Number(answer.headers['retry-after']);
  if (!Number.isFinite(seconds) || seconds <= 0) return {};
  return { retryAfterMs: Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) };
}
