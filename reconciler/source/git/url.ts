import { isAbsolute, resolve } from 'node:path';
import { InvalidInput } from '../../model/errors.ts';
import { GitCode } from './git-error.ts';

/** Where a repository is, by the way to reach it. */
export type GitAddress =
  | { kind: 'http'; url: string }
  | { kind: 'ssh'; host: string; port: number; user: string; path: string }
  | { kind: 'local'; path: string };

const SCP_LIKE = /^(?:([A-Za-z0-9._-]+)@)?([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:]+\]):(?!\/\/)(.+)$/;
const WORD = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/**
 * Classifies the address of a repository: `https://…`, `http://` to the own machine only, `ssh://[user@]host[:port]/path`,
 * `git@host:path`, or a local path. Everything else, and credentials in a URL, is InvalidInput `GIT_URL_INVALID`; the
 * message never repeats what could hold a secret.
 */
export function parseGitUrl(text: string): GitAddress {
  if (text === '') throw refused('The repository has an empty address.');

  if (/[\u0000-\u001f\u007f]/.test(text)) throw refused('The address of the repository holds a control character.');
  if (text.startsWith('-')) throw refused('The address of the repository begins with "-".');
  if (/^[A-Za-z][A-Za-z0-9+.-]*::/.test(text)) throw refused('Addresses of the form "helper::…" are not allowed.');
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) return parseWithScheme(text);
  if (isAbsolute(text) || text.startsWith('./') || text.startsWith('../') || text === '.' || text === '..') {
    return { kind: 'local', path: resolve(text) };
  }
  const scp = SCP_LIKE.exec(text);
  if (!scp) return { kind: 'local', path: resolve(text) };
  const [, user = 'git', host = '', path = ''] = scp;
  return sshAddress(user, host.replace(/^\[|\]$/g, ''), 22, path);
}

/** The address for messages: no credentials are ever in it, since they are refused. */
export function displayAddress(address: GitAddress): string {
  if (address.kind === 'http') return address.url;
  if (address.kind === 'local') return address.path;
  return `${address.user}@${address.host}${address.port === 22 ? '' : `:${address.port}`}:${address.path}`;
}

function parseWithScheme(text: string): GitAddress {
  const scheme = text.slice(0, text.indexOf(':')).toLowerCase();
  let url: URL;
  let path: string;
  try {
    url = new URL(text);
    path = decodeURIComponent(url.pathname);
  } catch {
    throw refused(`The ${scheme} address of the repository cannot be read.`);
  }
  if (url.password !== '' || (url.username !== '' && scheme !== 'ssh')) {
    throw refused('The address of the repository holds credentials.', 'Name them under repository.auth instead.');
  }
  if (url.search !== '' || url.hash !== '') throw refused('The address of the repository has a query or a fragment.');
  switch (scheme) {
    case 'https':
      return { kind: 'http', url: stripSlash(url.href) };
    case 'http':
      if (isLoopback(url.hostname)) return { kind: 'http', url: stripSlash(url.href) };
      throw refused('Plain http is allowed to this machine only.', 'Use https:// or ssh.');
    case 'ssh':
      return sshAddress(
        url.username === '' ? 'git' : url.username,
        url.hostname.replace(/^\[|\]$/g, ''),
        url.port === '' ? 22 : Number(url.port),
        path.replace(/^\/~/, '~'),
      );
    case 'file':
      throw refused('file:// addresses are not allowed.', 'Write the path itself.');
    default:
      throw refused(`Addresses of scheme ${scheme} are not allowed.`);
  }
}

function sshAddress(user: string, host: string, port: number, path: string): GitAddress {
  if (!WORD.test(user)) throw refused('The user in the ssh address is not a plain name.');
  if (host === '' || host.startsWith('-')) throw refused('The ssh address names no host.');
  if (path === '' || path === '/' || path.startsWith('-')) throw refused('The ssh address names no repository path.');

  if (/[\u0000-\u001f\u007f]/.test(path)) throw refused('The path in the ssh address holds a control character.');
  return { kind: 'ssh', host, port, user, path };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function stripSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function refused(
  message: string,
  hint = 'Allowed are https://…, ssh://…, git@host:path and a local path.',
): InvalidInput {
  return new InvalidInput(message, { code: GitCode.badUrl, hint });
}
