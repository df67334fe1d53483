import { readFile } from 'node:fs/promises';
import { InvalidInput } from '../../model/errors.ts';
import { Sensitive } from '../../model/sensitive.ts';
import { GitCode } from './git-error.ts';

/** Where the credential of a repository comes from. Names places; holds no secret, so it may cross threads and logs. */
export interface GitAuth {
  /** User for a password or token over https. Default for a token: `x-access-token`, which the forges accept. */
  username?: string;
  passwordFile?: string;
  passwordEnv?: string;
  tokenFile?: string;
  tokenEnv?: string;
  /** Private key for ssh: a file, an environment variable, or the agent. */
  keyFile?: string;
  keyEnv?: string;
  passphraseEnv?: string;
  agent?: boolean;
  /** Pinned keys of the git server, `ssh-ed25519 AAAA…`. */
  hostKeys?: string[];
  /** A known_hosts file that names the git server. */
  knownHostsFile?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of the `Authorization` header, read anew for every connection so that a rotated token is taken up; undefined
 * when none is configured. Throws InvalidInput `GIT_CREDENTIAL`, which names the place and never the content.
 */
export async function httpAuthorization(auth: GitAuth | undefined, env: Environment): Promise<Sensitive | undefined> {
  const token = await secret(auth?.tokenFile, auth?.tokenEnv, env);
  if (token) return basic(auth?.username ?? 'x-access-token', token);
  const password = await secret(auth?.passwordFile, auth?.passwordEnv, env);
  if (!password) return undefined;
  if (auth?.username) return basic(auth.username, password);
  throw new InvalidInput('A password for the git repository is configured, but no username.', {
    code: GitCode.credential,
    hint: 'Set auth.username beside the password, or use a token.',
  });
}

function basic(username: string, password: Sensitive): Sensitive {
  return new Sensitive(`Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`);
}

async function secret(
  file: string | undefined,
  name: string | undefined,
  env: Environment,
): Promise<Sensitive | undefined> {
  if (name !== undefined) {
    const value = env[name];
    if (value) return new Sensitive(value.trim());
    throw unreadable(`The environment variable ${name}, which should hold a git credential, is not set.`);
  }
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw unreadable(`The git credential file ${file} cannot be read (${code}).`);
  }

  if (text === '' || /[\u0000-\u001f]/.test(text))
    throw unreadable(`The git credential file ${file} does not hold one line.`);
  return new Sensitive(text);
}

function unreadable(message: string): InvalidInput {
  return new InvalidInput(message, { code: GitCode.credential, hint: 'Put the token or password there, one line.' });
}
