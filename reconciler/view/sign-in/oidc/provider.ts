import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Configuration, ServerMetadata } from 'openid-client';
import type { Clock } from '../../../model/clock.ts';
import { Transient } from '../../../model/errors.ts';
import { fetchThrough } from '../remote-fetch.ts';
import type { Ask } from '../remote.ts';
import { secretNow } from '../secret.ts';
import type { OidcSettings } from '../settings.ts';

/** Signatures with keys that both sides know are not taken: our own secret would sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** What the provider says of itself is asked again after so long, in milliseconds. */
const DISCOVERY_MS = 3_600_000;
/** How far clocks may be apart, in seconds. */
const SKEW_SECONDS = 30;
/** Between two looks at the provider's keys for a key that is not among them, in milliseconds. */
const KEYS_COOLDOWN_MS = 30_000;

interface Discovered {
  metadata: ServerMetadata;
  keys: JWTVerifyGetKey;
  /** Monotonic milliseconds. */
  at: number;
}

export interface ProviderDeps {
  clock: Clock;
  ask: Ask;
}

/** An OpenID provider: found by its issuer when it is first needed, and asked again once in a while. */
export class Provider {
  readonly #settings: OidcSettings;
  readonly #deps: ProviderDeps;
  #found: Discovered | undefined;
  #underWay: Promise<Discovered> | undefined;

  constructor(settings: OidcSettings, deps: ProviderDeps) {
    this.#settings = settings;
    this.#deps = deps;
  }

  /** The client of this provider, with its secret as it is now. Throws Transient. */
  async client(clientId: string): Promise<Configuration> {
    const { metadata } = await this.#discovered();
    const { clientSecret, timeoutMs } = this.#settings;
    const secret = clientSecret === undefined ? undefined : await secretNow(clientSecret);
    const oidc = await import('openid-client');
    const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const way = methods.includes('client_secret_basic') ? oidc.ClientSecretBasic : oidc.ClientSecretPost;
    const auth = secret === undefined ? oidc.None() : way(secret.reveal());
    const client = new oidc.Configuration(metadata, clientId, undefined, auth);
    client[oidc.customFetch] = fetchThrough(this.#deps.ask);
    client.timeout = Math.ceil(timeoutMs / 1000);
    if (this.#isPlain()) oidc.allowInsecureRequests(client);
    return client;
  }

  /**
   * The claims of a token of this provider for one of the audiences, its signature and time verified. Undefined: it is none. Throws Transient where
   * the provider cannot be asked for its keys.
   */
  async verify(token: string, audience: string): Promise<JWTPayload | undefined> {
    const { keys } = await this.#discovered();
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: this.#settings.issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: SKEW_SECONDS,
        currentDate: new Date(this.#deps.clock.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError && !isOfTheProvider(error)) return undefined;
      throw unavailable(error);
    }
  }

  /** What was found before is good until something else is: nobody waits while that is asked for again. */
  async #discovered(): Promise<Discovered> {
    const found = this.#found;
    if (found && this.#deps.clock.monotonic() - found.at < DISCOVERY_MS) return found;
    this.#underWay ??= this.#discover()
      .then((next) => (this.#found = next))
      .finally(() => (this.#underWay = undefined));
    const next = this.#underWay.catch((error: unknown) => {
      throw unavailable(error);
    });
    if (!found) return next;
    next.catch(() => undefined);
    return found;
  }

  async #discover(): Promise<Discovered> {
    const { issuer, timeoutMs } = this.#settings;
    // Loaded only where it is used.
    const oidc = await import('openid-client');
    const fetch = fetchThrough(this.#deps.ask);
    const found = await oidc.discovery(new URL(issuer), 'intendant', undefined, oidc.None(), {
      [oidc.customFetch]: fetch,
      timeout: Math.ceil(timeoutMs / 1000),
      ...(this.#isPlain() && { execute: [oidc.allowInsecureRequests] }),
    });
    const metadata = found.serverMetadata();
    if (metadata.jwks_uri === undefined) throw new Error(`${issuer} names no keys`);
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), {
      [customFetch]: fetch,
      timeoutDuration: timeoutMs,
      cooldownDuration: KEYS_COOLDOWN_MS,
    });
    return { metadata, keys, at: this.#deps.clock.monotonic() };
  }

  /** Plain http is taken on this machine only, which `ask` sees to. */
  #isPlain(): boolean {
    return this.#settings.issuer.startsWith('http:');
  }
}

/** Whether it is the provider that failed, and not the token. */
function isOfTheProvider(error: errors.JOSEError): boolean {
  return ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC', 'ERR_JWK_INVALID'].includes(error.code);
}

function unavailable(error: unknown): Transient {
  if (error instanceof Transient) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Transient) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new Transient(`The identity provider cannot be asked: ${message}`, { code: 'SIGN_IN_UNREACHABLE', cause });
}
