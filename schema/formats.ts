import { isIP, isIPv4 } from 'node:net';
import { parseCron } from '../reconciler/model/cron.ts';
import { DURATION_PATTERN, parseDuration } from '../reconciler/model/duration.ts';

const DNS_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$/;
const SCP_LIKE = /^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9.[\]:-]+:[^\s-][^\s]*$/;
const GIT_SCHEMES = new Set(['https:', 'http:', 'ssh:']);

/** The formats that our schemas use beside `date-time`. */
export const FORMATS: Record<string, (text: string) => boolean> = {
  'host-address': isHostAddress,
  'host-port': isHostPort,
  'https-url': (text) => isUrl(text, new Set(['https:'])),
  'http-url': (text) => isUrl(text, new Set(['http:', 'https:'])),
  'ipv4-cidr': isCidr,
  'git-url': isGitUrl,
  'proxy-url': isProxyUrl,
  cron: (text) => parseCron(text) !== undefined,
  'time-zone': isTimeZone,
  'window-length': isWindowLength,
};

function isHostAddress(text: string): boolean {
  return isIP(text) !== 0 || DNS_NAME.test(text);
}

function isHostPort(text: string): boolean {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const port = text.slice(colon + 1);
  return colon > 0 && isHostAddress(host) && /^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65535;
}

function isCidr(text: string): boolean {
  const [address, length, ...rest] = text.split('/');
  return rest.length === 0 && isIPv4(address!) && /^([12]?[0-9]|3[0-2])$/.test(length ?? '');
}

/** A URL of one of these schemes; a password in it is refused, since URLs end up in logs and status. */
function isUrl(text: string, schemes: ReadonlySet<string>): boolean {
  if (/[\s\p{Cc}]/u.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return schemes.has(url.protocol) && url.hostname !== '' && !url.hostname.startsWith('-') && url.password === '';
}

/** https and ssh URLs, `user@host:path`, or a local path. Never `ext::`, `file://` or what a command would read as an option. */
function isGitUrl(text: string): boolean {
  if (/\p{Cc}/u.test(text) || text.startsWith('-') || text.includes('::')) return false;
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) return isUrl(text, GIT_SCHEMES);
  if (SCP_LIKE.test(text)) return true;
  return text !== '' && !/^[^/]*:/.test(text);
}

/** `direct`, or an http or https URL of a host and port alone. */
function isProxyUrl(text: string): boolean {
  if (text === 'direct') return true;
  if (!isUrl(text, new Set(['http:', 'https:']))) return false;
  const { username, pathname, search, hash } = new URL(text);
  return username === '' && pathname === '/' && search === '' && hash === '';
}

/** A zone that this runtime knows by its IANA name. */
function isTimeZone(text: string): boolean {
  if (knownZones.has(text)) return true;
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(text)) return false;
  try {
    knownZones.add(new Intl.DateTimeFormat('en', { timeZone: text }) && text);
    return true;
  } catch {
    return false;
  }
}

/** Asking the runtime is dear, and the same few zones stand in every cluster. */
const knownZones = new Set<string>();

const SHORTEST_WINDOW_MS = 60_000;
const LONGEST_WINDOW_MS = 60 * 86_400_000;

function isWindowLength(text: string): boolean {
  if (!new RegExp(DURATION_PATTERN).test(text)) return false;
  const ms = parseDuration(text);
  return ms >= SHORTEST_WINDOW_MS && ms <= LONGEST_WINDOW_MS;
}
