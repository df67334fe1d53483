import { BlockList, isIP, isIPv4 } from 'node:net';
import { readFile } from 'node:fs/promises';
import { InvalidInput } from '../../model/errors.ts';
import { Sensitive } from '../../model/sensitive.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy that a configuration names, and how to log in to it. Names places; holds no secret. */
export interface ProxySettings {
  /** `http://proxy:3128`, or `direct` for none whatever the environment says. Absent: as the environment says. */
  proxy?: string | undefined;
  proxyAuth?: ProxyAuth | undefined;
}

export interface ProxyAuth {
  username: string;
  passwordFile?: string;
  passwordEnv?: string;
}

/** A proxy to go through. */
export interface Proxy {
  /** Without credentials: fit for messages. */
  url: URL;
  /** The header `Proxy-Authorization`. */
  authorization?: Sensitive;
}

export const PROXY_CODE = 'PROXY';

/**
 * The proxy for a URL: the one that the settings name, else that of `HTTPS_PROXY` (for http: `http_proxy`) or `ALL_PROXY`, in
 * small letters too, unless `NO_PROXY` names the target. The password is read anew each time. Undefined: none. Throws
 * InvalidInput `PROXY`, which never repeats a credential.
 */
export async function proxyFor(target: URL, settings: ProxySettings, env: Environment): Promise<Proxy | undefined> {
  if (settings.proxy === 'direct') return undefined;
  if (settings.proxy !== undefined) {
    const url = proxyUrl(settings.proxy, 'The proxy of the configuration');
    return { url, authorization: await fromSettings(settings.proxyAuth, env) };
  }
  const name = variableFor(target, env);
  if (name === undefined || bypasses(target, env['no_proxy'] ?? env['NO_PROXY'] ?? '')) return undefined;
  const text = env[name]!;
  const url = proxyUrl(text.includes('://') ? text : `http://${text}`, `The proxy of ${name}`);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return { url, ...(username !== '' && { authorization: basic(decoded(username), decoded(password)) }) };
}

/** The variable that names the proxy for a URL. `HTTP_PROXY` in capitals is not read, as curl does not: a header can forge it. */
export function variableFor(target: URL, env: Environment): string | undefined {
  const own = target.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy'];
  return [...own, 'all_proxy', 'ALL_PROXY'].find((name) => env[name]);
}

/** Whether `NO_PROXY` names the target: `*`, a host, a domain with all in it, `host:port`, an address, or a CIDR block. */
export function bypasses(target: URL, list: string): boolean {
  const host = target.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => names(entry, host, port));
}

function names(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, bracketed, plain, wanted] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [, undefined, entry];
  if (wanted !== undefined && wanted !== port) return false;
  const name = bracketed ?? plain ?? entry;
  if (name.includes('/')) return isIP(host) !== 0 && inBlock(host, name);
  if (isIP(host) !== 0) return name === host;
  const domain = name.replace(/^\*?\./, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function inBlock(address: string, block: string): boolean {
  const [network = '', bits = ''] = block.split('/');
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  const most = family === 'ipv4' ? 32 : 128;
  if (isIP(network) !== isIP(address) || !/^\d{1,3}$/.test(bits) || Number(bits) > most) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, family);
}

function proxyUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '') return url;
  throw new InvalidInput(`${what} is not an http or https URL.`, {
    code: PROXY_CODE,
    hint: 'Write it as http://proxy.example.org:3128.',
  });
}

async function fromSettings(auth: ProxyAuth | undefined, env: Environment): Promise<Sensitive | undefined> {
  if (auth === undefined) return undefined;
  const { username, passwordEnv, passwordFile } = auth;
  if (passwordEnv !== undefined) {
    const password = env[passwordEnv];
    if (password) return basic(username, password);
    throw noPassword(`The variable ${passwordEnv}, which should hold the password of the proxy, is not set.`);
  }
  if (passwordFile === undefined) return basic(username, '');
  try {
    return basic(username, (await readFile(passwordFile, 'utf8')).trim());
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw noPassword(`The file of the proxy's password ${passwordFile} cannot be read (${code}).`);
  }
}

function noPassword(message: string): InvalidInput {
  return new InvalidInput(message, { code: PROXY_CODE, hint: 'Put the password there, one line.' });
}

function basic(username: string, password: string): Sensitive {
  return new Sensitive(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
