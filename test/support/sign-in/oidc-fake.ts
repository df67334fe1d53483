import { createHash, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { startRemote, type Received, type RemoteFake, type Reply } from './remote-fake.ts';

export const CLIENT = { id: 'intendant view', secret: 'a secret: with + and %' };
const REDIRECT_URI = 'https://view.example.org/sign-in/callback';

interface Key {
  kid: string;
  privateKey: CryptoKey;
  jwk: object;
}

/** An OpenID provider that refuses whatever is not exactly as it should be, and says so in `complaints`. */
export interface OidcFake extends RemoteFake {
  issuer: string;
  complaints: string[];
  /** Signs with a new key from now on; the old one is no longer published. */
  rotate(): Promise<void>;
  /** A token of the current key. Claims that are undefined are left out. */
  token(claims?: JWTPayload, header?: { kid?: string; alg?: string }): Promise<string>;
  /** Who signs in at its page; undefined: nobody, the person says no. */
  person: JWTPayload | undefined;
  /** Claims that are put over those of the next identity tokens. */
  forged: JWTPayload;
  /** The redirect that its page answers with, for a URL that a browser was sent to. */
  visit(url: string): Promise<URL>;
}

/** Starts it; `clientAuth` is how clients prove themselves. */
export async function startOidc(
  tls: { certFile: string; keyFile: string },
  clientAuth: 'client_secret_basic' | 'client_secret_post' = 'client_secret_basic',
): Promise<OidcFake> {
  const complaints: string[] = [];
  const codes = new Map<string, { challenge: string; nonce: string; person: JWTPayload }>();
  let key = await newKey();
  const complain = (error: string, what: string, status = 400): Reply => {
    complaints.push(what);
    return { status, headers: JSON_TYPE, body: JSON.stringify({ error }) };
  };

  const remote = await startRemote(async (received) => {
    const { method, url } = received;
    switch (`${method} ${url.pathname}`) {
      case 'GET /realm/.well-known/openid-configuration':
        return json(metadata());
      case 'GET /realm/keys':
        return json({ keys: [key.jwk] });
      case 'GET /realm/authorize':
        return authorize(url.searchParams);
      case 'POST /realm/token':
        return exchange(received);
      default:
        return { status: 404 };
    }
  }, tls);
  const issuer = `${remote.url}/realm`;

  function metadata(): object {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      token_endpoint_auth_methods_supported: [clientAuth],
      code_challenge_methods_supported: ['S256'],
    };
  }

  function authorize(query: URLSearchParams): Reply {
    const back = new URL(REDIRECT_URI);
    const [challenge, nonce, state] = ['code_challenge', 'nonce', 'state'].map((name) => query.get(name) ?? '');
    const faults = [
      query.get('client_id') === CLIENT.id ? '' : 'client_id',
      query.get('redirect_uri') === REDIRECT_URI ? '' : 'redirect_uri',
      query.get('response_type') === 'code' ? '' : 'response_type',
      query.get('scope')?.split(' ').includes('openid') ? '' : 'scope',
      query.get('code_challenge_method') === 'S256' && /^[\w-]{43}$/.test(challenge!) ? '' : 'PKCE',
      (nonce ?? '').length >= 32 ? '' : 'nonce',
      (state ?? '').length >= 32 ? '' : 'state',
    ].filter((fault) => fault !== '');
    if (faults.length > 0) return complain('invalid_request', `authorize: ${faults.join(', ')}`);
    back.searchParams.set('state', state!);
    if (fake.person === undefined) {
      back.searchParams.set('error', 'access_denied');
    } else {
      const code = randomBytes(16).toString('hex');
      codes.set(code, { challenge: challenge!, nonce: nonce!, person: fake.person });
      back.searchParams.set('code', code);
    }
    return { status: 302, headers: { location: back.href } };
  }

  async function exchange({ headers, body }: Received): Promise<Reply> {
    const form = new URLSearchParams(body);
    if (!isClient(headers.authorization, form)) return complain('invalid_client', 'token: client', 401);
    if (headers['content-type']?.split(';')[0] !== 'application/x-www-form-urlencoded') {
      return complain('invalid_request', 'token: content-type');
    }
    if (form.get('grant_type') !== 'authorization_code') return complain('invalid_request', 'token: grant_type');
    const known = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (known === undefined) return { status: 400, headers: JSON_TYPE, body: '{"error":"invalid_grant"}' };
    if (form.get('redirect_uri') !== REDIRECT_URI) return complain('invalid_grant', 'token: redirect_uri');
    const digest = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (digest !== known.challenge) return complain('invalid_grant', 'token: PKCE');
    const claims = { aud: CLIENT.id, nonce: known.nonce, ...known.person, ...fake.forged };
    const answer = {
      access_token: 'opaque',
      token_type: 'Bearer',
      expires_in: 300,
      id_token: await fake.token(claims),
    };
    return json(answer);
  }

  function isClient(authorization: string | undefined, form: URLSearchParams): boolean {
    if (clientAuth === 'client_secret_post') {
      return form.get('client_id') === CLIENT.id && form.get('client_secret') === CLIENT.secret;
    }
    const [id, secret] = Buffer.from((authorization ?? '').replace(/^Basic /, ''), 'base64')
      .toString('utf8')
      .split(':')
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    return id === CLIENT.id && secret === CLIENT.secret;
  }

  const fake: OidcFake = Object.assign(remote, {
    issuer,
    complaints,
    person: { sub: 'u-1', email: 'ann@example.org', groups: ['ops', 'everybody'] },
    forged: {},
    async rotate() {
      key = await newKey();
    },
    token(claims: JWTPayload = {}, header: { kid?: string; alg?: string } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, sub: 'u-1', aud: 'api', iat: now, exp: now + 300, ...claims };
      const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
      return new SignJWT(given).setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header }).sign(key.privateKey);
    },
    async visit(target: string) {
      const url = new URL(target);
      if (url.origin !== remote.url || url.pathname !== '/realm/authorize') throw new Error(`sent to ${target}`);
      const { status, headers } = authorize(url.searchParams);
      if (status !== 302) throw new Error(`the provider refused: ${complaints.join('; ')}`);
      return new URL(headers!['location']!);
    },
  });
  return fake;
}

const JSON_TYPE = { 'content-type': 'application/json' };

function json(body: object): Reply {
  return { status: 200, headers: JSON_TYPE, body: JSON.stringify(body) };
}

async function newKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const kid = randomBytes(4).toString('hex');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}
