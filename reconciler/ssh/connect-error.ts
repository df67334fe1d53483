import { InvalidInput, Transient, messageOf } from '../model/errors.ts';
import type { IntendantError } from '../model/errors.ts';
import type { HostKeyDecision } from './host-key.ts';

/** What is known about a login that failed. */
export interface FailedLogin {
  readonly error: unknown;
  /** What was decided about the host key, when it came that far. */
  readonly decision: HostKeyDecision | undefined;
  readonly label: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** What we logged in with, for messages: `key file /etc/intendant/id`. */
  readonly credential: string;
  readonly timeoutMs: number;
  /** How far it came: no connection, one on which nothing was said, or one on which the server spoke. Default none. */
  readonly reached?: 'nothing' | 'socket' | 'server';
  /** Where the server's keys are written down. */
  readonly hostKeysPlace: string;
}

const SOCKET_HINTS: Record<string, string> = {
  ECONNREFUSED: 'Check that sshd runs there and that the port is right.',
  ENOTFOUND: 'Check the name in the address; it does not resolve here.',
  EAI_AGAIN: 'The name server did not answer; check name resolution on this machine.',
  EHOSTUNREACH: 'There is no route to that address; check the network and whether a jump host is needed.',
  ENETUNREACH: 'There is no route to that network; check the network and whether a jump host is needed.',
  ECONNRESET: 'The connection was reset; the server may limit logins (MaxStartups) or be starting up.',
};

/** The error to throw for a failed login: its code says what has to change, its hint how. */
export function connectError(failed: FailedLogin): IntendantError {
  const refused = failed.decision && hostKeyError(failed, failed.decision);
  if (refused) return refused;
  const error = failed.error as Error & { level?: string; code?: string | number };
  const where = `${failed.label} (${failed.user}@${failed.host}:${failed.port})`;
  const message = messageOf(error);
  if (
    error.level === 'client-authentication' ||
    error.level === 'agent' ||
    (failed.decision && /authenticat/i.test(message))
  ) {
    return new InvalidInput(`${where} refused the login with ${failed.credential}.`, {
      code: 'LOGIN_REFUSED',
      hint:
        error.level === 'agent'
          ? 'The SSH agent did not answer; check that it runs and that SSH_AUTH_SOCK names its socket.'
          : `Add the public key to the authorized_keys of ${failed.user} on that host, or name another identity or user.`,
      cause: error,
    });
  }
  const { reached = 'nothing' } = failed;
  if (error.level === 'client-timeout' && reached !== 'nothing') {
    const how = reached === 'socket' ? 'said nothing' : 'began the login and did not finish it';
    return new Transient(`${where} accepted the connection and ${how} within ${failed.timeoutMs} ms.`, {
      code: 'LOGIN_TIMED_OUT',
      hint: `Look at its load, memory and disks from its console, at what its login waits for (PAM, name resolution, a hung mount), and whether large packets pass (MTU); ssh -vvv ${failed.user}@${failed.host} shows where it stops.`,
      cause: error,
    });
  }
  if (error.level === 'client-timeout') {
    return unreachable(
      `${where} did not complete the login within ${failed.timeoutMs} ms.`,
      'Check the network and that sshd answers there.',
      error,
    );
  }
  if (reached === 'server' && (error.level === 'closed' || error.code === 'ECONNRESET' || error.code === 'EPIPE')) {
    return new Transient(`${where} cut the connection in the middle of the login.`, {
      code: 'CONNECTION_LOST',
      hint: 'Read the log of its sshd (journalctl -u ssh): it may limit logins (MaxStartups, PerSourcePenalties), be shutting down or crash; a firewall in between may cut connections too.',
      cause: error,
    });
  }
  if (error.level === 'client-socket') {
    const code = String(error.code ?? 'error');
    return unreachable(
      `${where} cannot be reached (${code}).`,
      SOCKET_HINTS[code] ?? 'Check the address, the port and the network.',
      error,
    );
  }
  if (error.level === 'handshake' && /no matching/i.test(message)) {
    return unreachable(
      `${where} shares no algorithm with us (${message}).`,
      'Enable a current host key type and key exchange in its sshd_config.',
      error,
    );
  }
  return unreachable(
    `${where} closed the connection during the login.`,
    'The server may limit logins (MaxStartups, PerSourcePenalties) or be shutting down; its log says which.',
    error,
  );
}

function hostKeyError(failed: FailedLogin, decision: HostKeyDecision): InvalidInput | undefined {
  const seen = `${decision.offered.split(' ', 1)[0]} ${decision.fingerprint}`;
  switch (decision.verdict) {
    case 'accepted':
    case 'recorded-first-use':
      return undefined;
    case 'revoked':
      return new InvalidInput(`${failed.label} showed a host key that is revoked (${seen}).`, {
        code: 'HOST_KEY_CHANGED',
        hint: 'Do not log in: the key is marked @revoked in the known_hosts file. Give the host a new key and pin that one.',
      });
    case 'changed':
      return new InvalidInput(
        `${failed.label} showed another host key (${seen}) than is pinned (${decision.expected.join(', ') || 'none readable'}).`,
        {
          code: 'HOST_KEY_CHANGED',
          hint: `If the host was reinstalled, put its new key into ${failed.hostKeysPlace}: ${keyToWrite(decision)}. Otherwise somebody may be in between.`,
        },
      );
    case 'unknown':
      return new InvalidInput(`The host key of ${failed.label} is not known (${seen}).`, {
        code: 'HOST_KEY_UNKNOWN',
        hint: `Compare it with the host's own console, then put it into ${failed.hostKeysPlace}: ${keyToWrite(decision)}`,
      });
  }
}

/** A key that no person has made is not repeated: it would fill every place where the message is shown. */
const LONGEST_KEY = 3000;

function keyToWrite({ offered }: HostKeyDecision): string {
  return offered.length <= LONGEST_KEY ? offered : 'the one that its console shows';
}

function unreachable(message: string, hint: string, cause: unknown): Transient {
  return new Transient(message, { code: 'HOST_UNREACHABLE', hint, cause });
}
