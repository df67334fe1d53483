import { readFile } from 'node:fs/promises';
import type { ClientChannel } from 'ssh2';
import { InvalidInput, Transient } from '../../model/errors.ts';
import { connect } from '../../ssh/connect.ts';
import type { SshConnection } from '../../ssh/connect.ts';
import { exec } from '../../ssh/exec.ts';
import type { HostKeyPolicy } from '../../ssh/host-key.ts';
import { parseKnownHosts } from '../../ssh/known-hosts.ts';
import { ByteReader } from './byte-reader.ts';
import type { GitAuth } from './credentials.ts';
import { GitCode, cleanText, protocolError, tooLarge } from './git-error.ts';
import { flowing } from './idle.ts';
import { FLUSH, pktLine, readPacket } from './pkt-line.ts';
import { DEFAULT_LIMITS } from './service.ts';
import type { GitService, GitServiceName, ServiceLimits } from './service.ts';

export interface SshServiceOptions {
  host: string;
  port: number;
  user: string;
  path: string;
  auth?: GitAuth;
  env: Readonly<Record<string, string | undefined>>;
  limits?: Partial<ServiceLimits>;
}

const MAX_STDERR = 4096;

/** Git over ssh: one connection kept open, one exec channel per conversation. The server's key is pinned, never learnt. */
export class SshService implements GitService {
  readonly #options: SshServiceOptions;
  readonly #limits: ServiceLimits;
  readonly #where: string;
  #connection: Promise<SshConnection> | undefined;

  constructor(options: SshServiceOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#where = `${options.user}@${options.host}:${options.port}`;
  }

  async advertise(service: GitServiceName, signal: AbortSignal): Promise<Buffer> {
    const channel = await this.#open(service, signal);
    try {
      const { advertisement } = await this.#begin(channel, signal);
      channel.end(FLUSH);
      return advertisement;
    } finally {
      channel.close();
    }
  }

  async *exchange(service: GitServiceName, body: Buffer, signal: AbortSignal): AsyncGenerator<Buffer> {
    const channel = await this.#open(service, signal);
    try {
      const { reader } = await this.#begin(channel, signal);
      channel.end(body);
      for (;;) {
        const chunk = await reader.chunk();
        if (chunk === undefined) return;
        yield chunk;
      }
    } finally {
      channel.close();
    }
  }

  close(): void {
    void this.#connection?.then(
      (connection) => connection.close(),
      () => undefined,
    );
    this.#connection = undefined;
  }

  /** Reads the refs, which the server sends before it listens. */
  async #begin(channel: ClientChannel, signal: AbortSignal): Promise<{ advertisement: Buffer; reader: ByteReader }> {
    const stderr = collectStderr(channel);
    const cut = (): void => channel.close();
    const reader = new ByteReader(
      flowing(channel as AsyncIterable<Buffer>, this.#where, this.#limits.idleMs, signal, cut),
    );
    const packets: Buffer[] = [];
    let total = 0;
    for (;;) {
      const packet = await readPacket(reader);
      if (packet === undefined) throw this.#refusal(packets.length > 0, stderr());
      if (packet === 'flush') return { advertisement: Buffer.concat([...packets, FLUSH]), reader };
      total += packet.length;
      if (total > this.#limits.maxAdvertisementBytes) {
        throw tooLarge(`${this.#where} lists more refs than are accepted.`, 'Use a repository with fewer refs.');
      }
      packets.push(pktLine(packet));
    }
  }

  #refusal(begun: boolean, stderr: string): Error {
    if (begun) return protocolError('the connection ended within the list of refs');
    if (/not found|not appear to be a git repository|no such|does not exist|could not read/i.test(stderr)) {
      return new InvalidInput(`${this.#where} has no such repository (${stderr}).`, {
        code: GitCode.notFound,
        hint: 'Check the path in the address, and that the deploy key may see the repository.',
      });
    }
    if (/denied|not allowed|permission|read.only|unauthori[sz]ed/i.test(stderr)) {
      return new InvalidInput(`${this.#where} refused the access (${stderr}).`, {
        code: GitCode.forbidden,
        hint: 'The deploy key needs access to this repository; writing needs a key with write access.',
      });
    }
    return new Transient(`${this.#where} did not start git${stderr === '' ? '' : ` (${stderr})`}.`, {
      code: GitCode.unreachable,
    });
  }

  /** A channel running the service; a connection that has died since the last conversation is replaced once. */
  async #open(service: GitServiceName, signal: AbortSignal): Promise<ClientChannel> {
    const command = `${service} ${shellQuote(this.#options.path)}`;
    const kept = this.#connection;
    if (kept) {
      try {
        return await exec((await kept).client, command, signal, this.#limits.idleMs);
      } catch (error) {
        if (signal.aborted) throw error;
        this.#drop(kept);
      }
    }
    const fresh = this.#connect(signal);
    this.#connection = fresh;
    try {
      const connection = await fresh;
      return await exec(connection.client, command, signal, this.#limits.idleMs);
    } catch (error) {
      this.#drop(fresh);
      throw error;
    }
  }

  #drop(connection: Promise<SshConnection>): void {
    void connection.then(
      (open) => open.destroy(),
      () => undefined,
    );
    if (this.#connection === connection) this.#connection = undefined;
  }

  async #connect(signal: AbortSignal): Promise<SshConnection> {
    const { host, port, user, auth = {}, env } = this.#options;
    const connection = await connect(
      {
        label: `git server ${host}`,
        host,
        port,
        user,
        identity: {
          keyFile: auth.keyFile,
          keyEnv: auth.keyEnv,
          agent: auth.agent,
          passphraseEnv: auth.passphraseEnv,
        },
        hostKeys: await hostKeyPolicy(auth, host, port),
        timeoutMs: this.#limits.idleMs,
        deps: { env },
      },
      signal,
    );
    connection.client.once('close', () => (this.#connection = undefined));
    return connection;
  }
}

/** Only what is written down in the configuration or in a known_hosts file: an unknown key stops. */
async function hostKeyPolicy(auth: GitAuth, host: string, port: number): Promise<HostKeyPolicy> {
  const pinned = auth.hostKeys ?? [];
  if (auth.knownHostsFile === undefined) return { pinned, trustOnFirstUse: false };
  const text = await readFile(auth.knownHostsFile, 'utf8').catch((error: unknown) => {
    throw new InvalidInput(`The known_hosts file ${auth.knownHostsFile} cannot be read.`, {
      code: GitCode.credential,
      hint: 'Name a readable file under auth.knownHostsFile, or pin the keys in auth.hostKeys.',
      cause: error,
    });
  });
  const known = parseKnownHosts(text).lookup(host, port);
  return { pinned: [...pinned, ...known.keys], revoked: known.revoked, trustOnFirstUse: false };
}

/** One word for the login shell of the git server, whatever the path holds. */
function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function collectStderr(channel: ClientChannel): () => string {
  let text = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    if (text.length < MAX_STDERR) text += chunk.toString('utf8').slice(0, MAX_STDERR);
  });
  return () => cleanText(text, 300);
}
