import { readFile, stat } from 'node:fs/promises';
import { parseUsers, type Users } from './users.ts';

const MOST_BYTES = 10 * 1024 * 1024;

/** The users of a file, read again when it has changed. */
export class UsersFile {
  readonly #path: string;
  #seen = '';
  #users: Users = new Map();

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws Error with a sentence where the file cannot be read or is not one of users: then nobody is known. */
  async read(): Promise<Users> {
    try {
      const { mtimeNs, ctimeNs, size, ino } = await stat(this.#path, { bigint: true });
      const seen = [mtimeNs, ctimeNs, size, ino].join(' ');
      if (seen === this.#seen) return this.#users;
      if (size > MOST_BYTES) throw new Error('it is longer than 10 MiB');
      const text = await readFile(this.#path, 'utf8');
      this.#users = parseUsers(parsed(text));
      this.#seen = seen;
      return this.#users;
    } catch (error) {
      this.#seen = '';
      const { code, message } = error as NodeJS.ErrnoException;
      throw new Error(`The users file ${this.#path} cannot be used: ${code ?? message}.`, { cause: error });
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The message of the parser would show a part of the file.
    throw new Error('it is not JSON');
  }
}
