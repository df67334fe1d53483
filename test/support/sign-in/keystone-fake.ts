import { startRemote, type Received, type RemoteFake, type Reply } from './remote-fake.ts';

/** What the fake knows: users of the domain Default, and tokens. */
export interface KeystoneFake extends RemoteFake {
  /** What was sent that the real one would refuse as malformed. */
  complaints: string[];
}

export const KEYSTONE_USER = { name: 'ann', password: 'to:be or not' };
export const KEYSTONE_TOKEN = 'gAAAAABf-token_of_ann';

/** A Keystone v3 that looks at everything it is sent. */
export async function startKeystone(tls?: { certFile: string; keyFile: string }): Promise<KeystoneFake> {
  const complaints: string[] = [];
  const remote = await startRemote((received) => tokens(received, complaints), tls);
  return Object.assign(remote, { complaints });
}

function tokens(received: Received, complaints: string[]): Reply {
  const complain = (what: string): Reply => {
    complaints.push(what);
    return { status: 400, body: JSON.stringify({ error: { code: 400, message: what, title: 'Bad Request' } }) };
  };
  const { method, url, headers, body } = received;
  if (method !== 'POST' || url.pathname !== '/v3/auth/tokens') return { status: 404 };
  if (headers['content-type'] !== 'application/json') return complain('content-type is not application/json');
  const { auth, ...rest } = JSON.parse(body);
  if (Object.keys(rest).length > 0) return complain('more than auth');
  const { identity, scope, ...others } = auth;
  if (Object.keys(others).length > 0) return complain('more than identity and scope');
  if (scope !== 'unscoped') return complain('a scope is asked for');
  const [way] = identity.methods;
  if (identity.methods.length !== 1) return complain('more than one method');
  if (way === 'password') {
    const { name, domain, password } = identity.password.user;
    if (typeof name !== 'string' || typeof password !== 'string') return complain('a name or password is no text');
    const known = name === KEYSTONE_USER.name && domain.name === 'Default' && password === KEYSTONE_USER.password;
    return known ? granted() : refused();
  }
  if (way === 'token') return identity.token.id === KEYSTONE_TOKEN ? granted() : unknownToken();
  return complain(`the method ${way}`);
}

function granted(): Reply {
  const token = {
    methods: ['password'],
    user: { id: '3b2e', name: KEYSTONE_USER.name, domain: { id: 'default', name: 'Default' } },
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  };
  return { status: 201, headers: { 'x-subject-token': 'gAAAA-new' }, body: JSON.stringify({ token }) };
}

function refused(): Reply {
  const error = { code: 401, message: 'The request you have made requires authentication.', title: 'Unauthorized' };
  return { status: 401, body: JSON.stringify({ error }) };
}

/** As the real one answers to what is no token of its. */
function unknownToken(): Reply {
  const error = { code: 404, message: 'Could not recognize Fernet token', title: 'Not Found' };
  return { status: 404, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error }) };
}
