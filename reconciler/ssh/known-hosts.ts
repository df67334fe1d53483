import { createHmac, timingSafeEqual } from 'node:crypto';
import { formatHostKey, readHostKey } from './host-key.ts';

/** One usable line of a known_hosts file. */
interface KnownHostsEntry {
  readonly matches: (name: string) => boolean;
  readonly revoked: boolean;
  readonly key: string;
}

/** What a known_hosts file says about one server. */
export interface KnownKeys {
  /** Keys to accept, `ssh-ed25519 AAAA…`. */
  readonly keys: string[];
  /** Keys marked `@revoked`: never to be accepted. */
  readonly revoked: string[];
}

/** A known_hosts file, read. */
export interface KnownHosts {
  lookup(host: string, port: number): KnownKeys;
  /** Lines that were passed over, `line 3: …`. They hold no content of the file. */
  readonly warnings: readonly string[];
}

const MAX_LINES = 100_000;
const MAX_LINE_LENGTH = 65_536;
const MAX_PATTERNS = 256;
const MAX_PATTERN_LENGTH = 512;

/**
 * Reads a known_hosts file as OpenSSH does: plain names, `[host]:port`, hashed names, `*` and `?`, negation with `!`,
 * `@revoked`. Lines that cannot be used are passed over with a warning; no input makes it throw.
 */
export function parseKnownHosts(text: string): KnownHosts {
  const entries: KnownHostsEntry[] = [];
  const warnings: string[] = [];
  const lines = text.split('\n', MAX_LINES + 1);
  if (lines.length > MAX_LINES) warnings.push(`lines after ${MAX_LINES} are passed over`);
  lines.slice(0, MAX_LINES).forEach((line, index) => {
    const read = readLine(line);
    if (typeof read === 'string') warnings.push(`line ${index + 1}: ${read}`);
    else if (read) entries.push(read);
  });
  return { lookup: (host, port) => lookup(entries, host, port), warnings };
}

/** The name under which OpenSSH looks a server up: the host alone on port 22, otherwise `[host]:port`. */
export function knownHostsName(host: string, port: number): string {
  const lower = host.toLowerCase();
  return port === 22 ? lower : `[${lower}]:${port}`;
}

function lookup(entries: readonly KnownHostsEntry[], host: string, port: number): KnownKeys {
  const name = knownHostsName(host, port);
  const found = entries.filter((entry) => entry.matches(name));
  return {
    keys: [...new Set(found.filter((entry) => !entry.revoked).map((entry) => entry.key))],
    revoked: [...new Set(found.filter((entry) => entry.revoked).map((entry) => entry.key))],
  };
}

/** An entry; a reason why the line is passed over; or nothing for an empty line or a comment. */
function readLine(raw: string): KnownHostsEntry | string | undefined {
  if (raw.length > MAX_LINE_LENGTH) return 'too long';
  const line = raw.trim();
  if (line === '' || line.startsWith('#')) return undefined;
  const words = line.split(/[ \t]+/);
  const marker = words[0]!.startsWith('@') ? words.shift() : undefined;
  if (marker === '@cert-authority') return 'certificate authorities are not supported; pin the host keys themselves';
  if (marker !== undefined && marker !== '@revoked') return 'unknown marker';
  const [names, type, encoded] = words;
  if (names === undefined || type === undefined || encoded === undefined) return 'names, key type and key are expected';
  const key = readHostKey(`${type} ${encoded}`);
  if (!key) return 'the key cannot be read';
  const matches = names.startsWith('|') ? hashedMatcher(names) : patternMatcher(names);
  if (typeof matches === 'string') return matches;
  return { matches, revoked: marker === '@revoked', key: formatHostKey(key) };
}

function hashedMatcher(field: string): ((name: string) => boolean) | string {
  const [, version, salt, hash, ...rest] = field.split('|');
  if (version !== '1' || !salt || !hash || rest.length > 0) return 'the hashed name cannot be read';
  const wanted = Buffer.from(hash, 'base64');
  const key = Buffer.from(salt, 'base64');
  if (wanted.length !== 20) return 'the hashed name cannot be read';
  return (name) => timingSafeEqual(createHmac('sha1', key).update(name).digest(), wanted);
}

function patternMatcher(field: string): ((name: string) => boolean) | string {
  const patterns = field.toLowerCase().split(',', MAX_PATTERNS + 1);
  if (patterns.length > MAX_PATTERNS) return 'too many names';
  if (patterns.some((pattern) => pattern.length > MAX_PATTERN_LENGTH)) return 'a name is too long';
  const negative = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const positive = patterns.filter((pattern) => pattern !== '' && !pattern.startsWith('!'));
  return (name) =>
    positive.some((pattern) => wildcard(pattern, name)) && !negative.some((pattern) => wildcard(pattern, name));
}

/** Glob match with `*` and `?` in time proportional to pattern × name: no regular expression is built from input. */
function wildcard(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
