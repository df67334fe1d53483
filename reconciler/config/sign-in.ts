import type { SignInAuthenticator, ViewSignIn } from '../../schema/generated/types.ts';
import { formatDuration, parseDuration } from '../model/duration.ts';
import { InvalidInput, messageOf } from '../model/errors.ts';
import { parseUsers } from '../view/sign-in/basic/users.ts';
import { UsersFile } from '../view/sign-in/basic/users-file.ts';
import { cookieKey } from '../view/sign-in/oidc/sealed-cookie.ts';
import { checkRemoteUrl } from '../view/sign-in/remote.ts';
import type { AuthenticatorSettings, OidcSettings, SignInSettings } from '../view/sign-in/settings.ts';
import { readSecret, readText, type SecretPlaces } from './secrets.ts';

const LIST = 'view.signIn.authenticators';

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;
/** What may be meant by each duration, in milliseconds. A window that timers cannot measure would count nothing, or for ever. */
const WINDOW = { least: SECOND, most: 24 * DAY };
/** A cookie is kept by the second, and by browsers for 400 days at most. */
const SESSION = { least: SECOND, most: 400 * DAY };
/** An answer of the view must have begun within half a minute. */
const TIMEOUT = { least: 1, most: 30 * SECOND };

/**
 * Who may read the view, with defaults. Every file, variable and address that it names is looked at once, so that a mistake shows when the
 * view starts. Throws InvalidInput.
 */
export async function signInSettings(
  document: ViewSignIn | undefined,
  places: SecretPlaces,
): Promise<SignInSettings | undefined> {
  if (document === undefined) return undefined;
  const { selfAuths = ['/healthz', '/readyz'], credsReaders = {}, limits = {} } = document;
  // Origins are known of the whole list only.
  const ofTheList: SecretPlaces = { ...places, origin: () => places.origin(LIST) };
  const authenticators: AuthenticatorSettings[] = [];
  for (const [index, each] of document.authenticators.entries()) {
    authenticators.push(await authenticator(`${LIST}[${index}]`, each, ofTheList));
  }
  const wrong = selfAuths.find((path) => !path.startsWith('/'));
  if (wrong !== undefined) {
    throw invalid(places.origin('view.signIn.selfAuths'), `view.signIn.selfAuths has ${wrong}, which is no path`);
  }
  return {
    authenticators,
    selfAuths,
    credsReaders: { users: [], groups: [], commonNames: [], ...credsReaders },
    limits: {
      windowMs: duration('view.signIn.limits.window', limits.window ?? '5m', WINDOW, places),
      perAddress: limits.perAddress ?? 30,
      perUser: limits.perUser ?? 5,
    },
  };
}

async function authenticator(
  field: string,
  document: SignInAuthenticator,
  places: SecretPlaces,
): Promise<AuthenticatorSettings> {
  const timeoutMs = duration(`${field}.timeout`, ('timeout' in document && document.timeout) || '5s', TIMEOUT, places);
  if ('caFile' in document && document.caFile !== undefined) await readText(`${field}.caFile`, document.caFile, places);
  switch (document.type) {
    case 'basic':
      await checkUsers(field, document, places);
      return document;
    case 'clientCertificate':
      return document;
    case 'keystonePassword':
    case 'keystoneToken':
      checkUrl(`${field}.url`, document.url, places);
      return { ...document, timeoutMs };
    case 'kubernetesToken':
      checkUrl(`${field}.server`, document.server, places);
      await readText(`${field}.tokenFile`, document.tokenFile, places);
      return { ...document, timeoutMs };
    case 'oidc':
      return oidc(field, document, timeoutMs, places);
    case 'module':
      return { type: 'module', module: document.module, options: document.options ?? {}, timeoutMs };
  }
}

async function checkUsers(
  field: string,
  { users, usersFile }: Extract<SignInAuthenticator, { type: 'basic' }>,
  places: SecretPlaces,
): Promise<void> {
  if (users === undefined && usersFile === undefined) {
    throw invalid(places.origin(field), `${field} has neither usersFile nor users`);
  }
  try {
    parseUsers(users ?? {});
    if (usersFile !== undefined) await new UsersFile(usersFile).read();
  } catch (error) {
    throw invalid(places.origin(field), `${field}: ${messageOf(error).replace(/\.$/, '')}`, error);
  }
}

async function oidc(
  field: string,
  document: Extract<SignInAuthenticator, { type: 'oidc' }>,
  timeoutMs: number,
  places: SecretPlaces,
): Promise<OidcSettings> {
  const { clientId, audience, publicUrl, clientSecretFile: file, clientSecretEnv: env, sessionKeyFile } = document;
  checkUrl(`${field}.issuer`, document.issuer, places);
  if (publicUrl !== undefined) checkUrl(`${field}.publicUrl`, publicUrl, places);
  const at = places.origin(field);
  if (clientId === undefined && audience === undefined) throw invalid(at, `${field} has neither clientId nor audience`);
  if (publicUrl !== undefined && clientId === undefined) throw invalid(at, `${field} has a publicUrl and no clientId`);
  await readSecret(`${field}.clientSecret`, { file, env }, places);
  if (sessionKeyFile !== undefined) {
    const key = await readText(`${field}.sessionKeyFile`, sessionKeyFile, places);
    located(at, () => cookieKey(key));
  }
  return {
    ...document,
    timeoutMs,
    usernameClaim: document.usernameClaim ?? 'sub',
    groupsClaim: document.groupsClaim ?? 'groups',
    scopes: document.scopes ?? ['profile', 'email'],
    sessionMs: duration(`${field}.sessionLife`, document.sessionLife ?? '8h', SESSION, places),
    ...((file ?? env) !== undefined && { clientSecret: { file, env } }),
  };
}

/** Milliseconds of a duration that can be meant so. */
function duration(
  field: string,
  text: string,
  { least, most }: { least: number; most: number },
  places: SecretPlaces,
): number {
  const ms = parseDuration(text);
  if (ms >= least && ms <= most) return ms;
  const range = `from ${formatDuration(least)} to ${formatDuration(most)}`;
  throw invalid(places.origin(field), `${field} is ${text}; ${range} is taken`);
}

function checkUrl(field: string, url: string, places: SecretPlaces): void {
  located(places.origin(field), () => checkRemoteUrl(field, url));
}

/** Does it, and says with what goes wrong where it stands. */
function located(at: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const { code, hint } = error;
    throw new InvalidInput(`${at}: ${error.message}`, { code, ...(hint !== undefined && { hint }), cause: error });
  }
}

function invalid(at: string, sentence: string, cause?: unknown): InvalidInput {
  return new InvalidInput(`${at}: ${sentence}.`, { code: 'CONFIG_INVALID', cause });
}
