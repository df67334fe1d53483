import { InvalidInput, messageOf, Transient } from '../model/errors.ts';

/** What etcd3 throws is told apart by the name of its class: the numeric code is lost on the way. */
function className(error: unknown): string {
  return error instanceof Error ? error.constructor.name : '';
}

const REFUSED_LOGIN = ['EtcdAuthenticationFailedError', 'EtcdPermissionDeniedError', 'GRPCUnauthenticatedError'];
/** Errors after which a transaction has certainly not been written, and will not be. */
const NOT_WRITTEN = [
  ...REFUSED_LOGIN,
  'EtcdInvalidAuthTokenError',
  'EtcdLeaseInvalidError',
  'GRPCInvalidArgumentError',
  'GRPCFailedPreconditionError',
  'GRPCOutOfRangeError',
  'GRPCNotImplementedError',
  'GRPCResourceExhastedError', // spelt so in etcd3
];

/** True when the failed transaction has certainly not been written. Anything else leaves it open. */
export function certainlyNotWritten(error: unknown): boolean {
  return NOT_WRITTEN.includes(className(error));
}

/** True when the answer was larger than a message may be: ask for less. */
export function answerTooLarge(error: unknown): boolean {
  return className(error) === 'GRPCResourceExhastedError' && messageOf(error).includes('message larger than max');
}

/** True when the server knows us and does not let us in, or not there. */
export function refusesLogin(error: unknown): boolean {
  return REFUSED_LOGIN.includes(className(error));
}

export function leaseGone(error: unknown): boolean {
  return className(error) === 'EtcdLeaseInvalidError';
}

/** Any failure of a call, the circuit breaker's included, as Transient `STORE_UNAVAILABLE`. `doing` completes "could not …". */
export function storeUnavailable(endpoints: readonly string[], doing: string, cause: unknown): Transient {
  if (cause instanceof Transient) return cause;
  return new Transient(`The store at ${endpoints.join(', ')} could not ${doing}: ${messageOf(cause)}`, {
    code: 'STORE_UNAVAILABLE',
    hint: hintFor(cause),
    cause,
  });
}

/** A failure at opening: credentials that are refused need another configuration, the rest may pass. */
export function openingError(endpoints: readonly string[], error: unknown): InvalidInput | Transient {
  const cause = error instanceof Transient ? error.cause : error;
  if (!refusesLogin(cause)) return storeUnavailable(endpoints, 'be opened', error);
  return new InvalidInput(`The store at ${endpoints.join(', ')} refuses us: ${messageOf(cause)}`, {
    code: 'STORE_REFUSED',
    hint: hintFor(cause),
    cause,
  });
}

function hintFor(cause: unknown): string {
  if (refusesLogin(cause)) {
    return 'Check the user, its password or certificate, and its role: it needs to read and write below /intendant/.';
  }
  const message = messageOf(cause);
  if (/space exceeded/.test(message)) return 'etcd is full: compact and defragment it, then disarm its alarm.';
  if (/certificate|self.signed|issuer|altname|SSL|TLS/i.test(message))
    return 'Check caFile, certFile and keyFile of the store.';
  return 'Check that etcd runs, has a leader, and can be reached from here (etcdctl endpoint health).';
}
