import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidInput, messageOf } from '../../model/errors.ts';
import { isName } from './credentials.ts';
import type { Authenticator, AuthenticatorDeps, Verdict } from './authenticator.ts';
import type { ModuleSettings } from './settings.ts';

/** Types that are ours. */
const TAKEN = [
  'basic',
  'clientCertificate',
  'keystonePassword',
  'keystoneToken',
  'kubernetesToken',
  'oidc',
  'module',
  'none',
];

/**
 * An authenticator that a package outside brings, checked against the contract (`AuthenticatorModule`). Throws InvalidInput `SIGN_IN_MODULE` with
 * what is wrong with it.
 */
export async function outsideAuthenticator(settings: ModuleSettings, deps: AuthenticatorDeps): Promise<Authenticator> {
  const { module, options } = settings;
  const refuse = (why: string, cause?: unknown): InvalidInput =>
    new InvalidInput(`The sign-in module ${module} cannot be used: ${why}.`, {
      code: 'SIGN_IN_MODULE',
      hint: 'It must export createAuthenticator(options, deps), as the README says under "Sign-in".',
      cause,
    });
  let loaded: Record<string, unknown>;
  try {
    loaded = (await import(isAbsolute(module) ? pathToFileURL(module).href : module)) as Record<string, unknown>;
  } catch (error) {
    throw refuse(`it cannot be loaded (${messageOf(error)})`, error);
  }
  const create = loaded['createAuthenticator'];
  if (typeof create !== 'function') throw refuse('it exports no function createAuthenticator');
  let made: unknown;
  try {
    made = await (create as (options: object, deps: AuthenticatorDeps) => unknown)(options, deps);
  } catch (error) {
    throw refuse(messageOf(error), error);
  }
  const wrong = faultOf(made);
  if (wrong !== undefined) throw refuse(wrong);
  return checked(made as Authenticator);
}

/** What of the contract an authenticator does not keep. */
function faultOf(made: unknown): string | undefined {
  if (typeof made !== 'object' || made === null) return 'createAuthenticator gave no object';
  const { type, authenticate, carries, challenge, page, guessable, routes } = made as Record<string, unknown>;
  if (typeof type !== 'string' || !/^[A-Za-z][A-Za-z0-9-]{0,31}$/.test(type)) {
    return '`type` must be a short name of letters, digits and `-`';
  }
  if (TAKEN.includes(type)) return `the type \`${type}\` is taken`;
  if (typeof authenticate !== 'function') return '`authenticate` must be a function';
  if (carries !== undefined && typeof carries !== 'function') return '`carries` must be a function';
  if (guessable !== undefined && typeof guessable !== 'boolean') return '`guessable` must be true or false';
  if (challenge !== undefined && (typeof challenge !== 'string' || !/^[\x20-\x7e]+$/.test(challenge))) {
    return '`challenge` must be a text that may stand in a header';
  }
  if (page !== undefined && (typeof page !== 'string' || !/^\/sign-in(\/[\w/-]*)?$/.test(page))) {
    return '`page` must be a path below /sign-in';
  }
  if (routes !== undefined && typeof (routes as Record<string, unknown> | null)?.['fetch'] !== 'function') {
    return '`routes` must be a Hono application';
  }
  return undefined;
}

/** The same, and what it says is looked at each time. */
function checked(made: Authenticator): Authenticator {
  const { type, guessable, challenge, routes, page } = made;
  return {
    type,
    ...(guessable !== undefined && { guessable }),
    ...(challenge !== undefined && { challenge }),
    ...(routes !== undefined && { routes }),
    ...(page !== undefined && { page }),
    ...(made.carries && { carries: (request) => made.carries!(request) === true }),
    authenticate: async (request, signal) => verdictOf(await made.authenticate(request, signal)),
  };
}

function verdictOf(said: unknown): Verdict {
  const { outcome, identity, reason } = (said ?? {}) as Record<string, unknown>;
  if (outcome === 'absent' || outcome === 'refused') return { outcome };
  if (outcome === 'unavailable') return { outcome, reason: String(reason) };
  const { name, groups = [], commonNames } = (identity ?? {}) as Record<string, unknown>;
  const known =
    outcome === 'accepted' &&
    isName(name) &&
    Array.isArray(groups) &&
    groups.every(isName) &&
    commonNames === undefined;
  if (!known) throw new Error('it gave a verdict that is none');
  return { outcome, identity: { name, groups } };
}
