import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import ssh2 from 'ssh2';
import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import { InvalidInput, messageOf } from '../model/errors.ts';
import { Sensitive } from '../model/sensitive.ts';

/** Where the credential of a login comes from; exactly one of `keyFile`, `keyEnv`, `agent`. Holds no secret itself. */
export interface IdentityConfig {
  /** Path of a private key file. */
  keyFile?: string;
  /** Name of the environment variable that holds a private key. */
  keyEnv?: string;
  /** True: the agent at `SSH_AUTH_SOCK`. A string: the agent at this socket. */
  agent?: boolean | string;
  /** Name of the environment variable that holds the key's passphrase. */
  passphraseEnv?: string;
  /** Path of the file that holds the password which `sudo` asks of the user on hosts. Without either, sudo must not ask. */
  sudoPasswordFile?: string;
  /** Name of the environment variable that holds it. */
  sudoPasswordEnv?: string;
}

export interface IdentityDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with a sentence when something is usable but wrong, such as a key that others can read. */
  readonly onWarning?: (message: string) => void;
}

/** A loaded credential. Printing, JSON and inspection show its description only; the key is given out to the login. */
export class Credential {
  /** For messages: `key file /etc/intendant/id`, `agent`. */
  readonly description: string;
  readonly #material: ParsedKey | string;

  constructor(description: string, material: ParsedKey | string) {
    this.description = description;
    this.#material = material;
  }

  /** The ssh2 authentication methods for this credential, in order. */
  authMethods(username: string): AnyAuthMethod[] {
    const material = this.#material;
    if (typeof material === 'string') return [{ type: 'agent', username, agent: material }];
    return [{ type: 'publickey', username, key: material }];
  }
}

/**
 * Loads a credential; called at every connect, so that a rotated key is taken up without a restart. Throws InvalidInput
 * `IDENTITY_UNUSABLE`, whose message names the place and never the content.
 */
export async function loadIdentity(config: IdentityConfig, deps: IdentityDeps): Promise<Credential> {
  const named = [config.keyFile, config.keyEnv, config.agent || undefined].filter((place) => place !== undefined);
  if (named.length !== 1) {
    throw missing('An SSH identity names no single source.', 'Give exactly one of keyFile, keyEnv and agent.');
  }
  if (config.agent) return agentCredential(config.agent, deps);
  const place = config.keyFile === undefined ? `environment variable ${config.keyEnv}` : `key file ${config.keyFile}`;
  const text =
    config.keyFile === undefined ? keyFromEnv(config.keyEnv!, deps) : await keyFromFile(config.keyFile, deps);
  return new Credential(place, parsePrivateKey(text, passphraseOf(config, deps), place, config));
}

function agentCredential(agent: string | true, deps: IdentityDeps): Credential {
  const socket = agent === true ? deps.env['SSH_AUTH_SOCK'] : agent;
  if (!socket) {
    throw missing(
      'The SSH identity is an agent, but SSH_AUTH_SOCK is not set.',
      'Start the daemon with SSH_AUTH_SOCK set to the socket of a running ssh-agent.',
    );
  }
  return new Credential('the SSH agent', socket);
}

function keyFromEnv(name: string, deps: IdentityDeps): Sensitive {
  const value = deps.env[name];
  if (value) return new Sensitive(value.endsWith('\n') ? value : `${value}\n`);
  throw missing(`The environment variable ${name}, which should hold an SSH private key, is not set.`, `Set ${name}.`);
}

async function keyFromFile(path: string, deps: IdentityDeps): Promise<Sensitive> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0)
      deps.onWarning?.(`The SSH key file ${path} can be read by others; run: chmod 600 ${path}`);
    return new Sensitive(await readFile(path, 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new InvalidInput(
      code === 'ENOENT'
        ? `The SSH key file ${path} does not exist.`
        : `The SSH key file ${path} cannot be read (${code}).`,
      {
        code: 'IDENTITY_UNUSABLE',
        hint: 'Put the private key there, readable by the user that the daemon runs as.',
        cause: error,
      },
    );
  }
}

function passphraseOf(config: IdentityConfig, deps: IdentityDeps): Sensitive | undefined {
  if (config.passphraseEnv === undefined) return undefined;
  const value = deps.env[config.passphraseEnv];
  if (value) return new Sensitive(value);
  throw missing(
    `The environment variable ${config.passphraseEnv}, which should hold the passphrase of an SSH key, is not set.`,
    `Set ${config.passphraseEnv}.`,
  );
}

/** Decrypting a key takes a tenth of a second and more; the last few are kept by the digest of what they came from. */
const decrypted = new Map<string, ParsedKey>();
const MAX_DECRYPTED = 16;

function parsePrivateKey(
  text: Sensitive,
  passphrase: Sensitive | undefined,
  place: string,
  config: IdentityConfig,
): ParsedKey {
  const digest = createHash('sha256')
    .update(text.reveal())
    .update('\0')
    .update(passphrase?.reveal() ?? '')
    .digest('hex');
  const kept = decrypted.get(digest);
  if (kept) return kept;
  const parsed = ssh2.utils.parseKey(text.reveal(), passphrase?.reveal());
  if (parsed instanceof Error) throw unusable(parsed, passphrase, place, config);
  const key = Array.isArray(parsed) ? (parsed as ParsedKey[])[0] : parsed;
  if (!key?.isPrivateKey()) throw unusable(new Error('a public key'), passphrase, place, config);
  if (decrypted.size >= MAX_DECRYPTED) decrypted.delete(decrypted.keys().next().value!);
  decrypted.set(digest, key);
  return key;
}

function unusable(
  error: Error,
  passphrase: Sensitive | undefined,
  place: string,
  config: IdentityConfig,
): InvalidInput {
  const locked = /passphrase|decrypt|encrypted|integrity|cipher/i.test(messageOf(error));
  if (locked && !passphrase) {
    return new InvalidInput(`The private key in ${place} is encrypted and no passphrase is given.`, {
      code: 'IDENTITY_UNUSABLE',
      hint: 'Name the environment variable that holds its passphrase in passphraseEnv.',
    });
  }
  if (passphrase) {
    return new InvalidInput(`The private key in ${place} does not open with the passphrase given.`, {
      code: 'IDENTITY_UNUSABLE',
      hint: `Check the passphrase in ${config.passphraseEnv}.`,
    });
  }
  return new InvalidInput(`What stands in ${place} is not a private key that can be used.`, {
    code: 'IDENTITY_UNUSABLE',
    hint: 'Use an unencrypted or passphrase-protected key in OpenSSH or PEM form; a public key will not do.',
  });
}

function missing(message: string, hint: string): InvalidInput {
  return new InvalidInput(message, { code: 'IDENTITY_UNUSABLE', hint });
}
