import type { AuthContext, Connection, ParsedKey } from 'ssh2';
import type { SimHost } from './sim-host.ts';

/** As sshd's MaxAuthTries: then the connection is closed. */
const MAX_TRIES = 6;

/** Lets in whoever proves to hold the client key, as any user, and notes who came. Answers with the user's name. */
export function authenticate(client: Connection, host: SimHost, key: ParsedKey): () => string {
  let user = '';
  let refused = 0;

  client.on('authentication', (attempt) => {
    if (mayEnter(attempt, key)) {
      user = attempt.username;
      attempt.accept();
      return;
    }
    // Every client first asks with "none": that is no attempt to get in.
    if (attempt.method !== 'none') {
      refused += 1;
      host.note({ event: 'refused', reason: 'wrong key' });
    }
    if (refused >= MAX_TRIES) client.end();
    else attempt.reject(['publickey']);
  });
  client.on('ready', () => host.note({ event: 'login', reason: user }));
  return () => user;
}

function mayEnter(attempt: AuthContext, key: ParsedKey): boolean {
  if (attempt.method !== 'publickey') return false;
  if (attempt.key.algo !== key.type || !attempt.key.data.equals(key.getPublicSSH())) return false;
  // Without a signature the client only asks whether the key would do.
  if (!attempt.signature || !attempt.blob) return true;
  return key.verify(attempt.blob, attempt.signature, attempt.hashAlgo);
}
