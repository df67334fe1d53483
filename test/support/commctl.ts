import { lookup } from 'node:dns/promises';
import { stringify } from 'yaml';

/** What the command line of Commissaire printed, and how it ended. */
export interface Said {
  out: string;
  exit: number;
}

/** Words of the command line → method and path, where each capital stands for an argument. */
const COMMANDS: readonly (readonly [words: string, method: string, path: string])[] = [
  ['cluster list', 'GET', '/clusters'],
  ['cluster get NAME', 'GET', '/cluster/NAME'],
  ['cluster deploy status NAME', 'GET', '/cluster/NAME/deploy'],
  ['cluster upgrade status NAME', 'GET', '/cluster/NAME/upgrade'],
  ['cluster restart status NAME', 'GET', '/cluster/NAME/restart'],
  ['cluster restart start NAME', 'PUT', '/cluster/NAME/restart'],
  ['cluster create NAME', 'PUT', '/cluster/NAME'],
  ['cluster delete NAME', 'DELETE', '/cluster/NAME'],
  ['host list', 'GET', '/hosts'],
  ['host list NAME', 'GET', '/cluster/NAME/hosts'],
  ['host get ADDRESS', 'GET', '/host/ADDRESS'],
  ['host status ADDRESS', 'GET', '/host/ADDRESS/status'],
  ['host ssh HOSTNAME', 'GET', '/host/HOSTNAME/creds'],
  ['host join ADDRESS NAME', 'PUT', '/cluster/NAME/hosts/ADDRESS'],
  ['network list', 'GET', '/networks'],
  ['network get NAME', 'GET', '/network/NAME'],
  ['container_manager list', 'GET', '/containermanagers'],
  ['container_manager get NAME', 'GET', '/containermanager/NAME'],
];

/**
 * Does what commctl, Commissaire's command line, does: never a slash at the end of a path, Basic authentication without being
 * asked, addresses resolved before they are sent, and its own reading of statuses.
 */
export class Commctl {
  readonly #endpoint: string;
  readonly #credentials: string;

  constructor(endpoint: string, user: string, password: string) {
    this.#endpoint = endpoint;
    this.#credentials = Buffer.from(`${user}:${password}`).toString('base64');
  }

  async run(line: string): Promise<Said> {
    const { method, path } = await requestFor(line);
    const answer = await fetch(`${this.#endpoint}/api/v0${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Basic ${this.#credentials}` },
      ...(method === 'GET' ? {} : { body: '{}' }),
    });
    if (answer.status === 404) return { out: 'No object found.', exit: 0 };
    if (answer.status === 403) return { out: 'The provided credentials were incorrect.', exit: 2 };
    if (!answer.ok) return { out: `Unable to ${method} the object at /api/v0${path}: ${answer.status}`, exit: 2 };
    return { out: printed(await answer.json()), exit: 0 };
  }
}

async function requestFor(line: string): Promise<{ method: string; path: string }> {
  const given = line.split(' ');
  for (const [words, method, path] of COMMANDS) {
    const expected = words.split(' ');
    if (expected.length !== given.length) continue;
    if (!expected.every((word, at) => /^[A-Z]+$/.test(word) || word === given[at])) continue;
    let filled = path;
    for (const [at, word] of expected.entries()) {
      if (!/^[A-Z]+$/.test(word)) continue;
      const value = word === 'ADDRESS' ? (await lookup(given[at]!, 4)).address : given[at]!;
      filled = filled.replace(word, () => value);
    }
    return { method, path: filled };
  }
  throw new Error(`commctl has no command ${line}`);
}

/** An empty answer reads as success: so it was. */
function printed(value: unknown): string {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty || !value ? 'Success' : stringify(value, { sortMapEntries: true }).trimEnd();
}
