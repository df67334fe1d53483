import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InvalidInput, messageOf } from '../model/errors.ts';
import { writeWholeFile } from './export-file.ts';

/** Folder of the member's identity and of the lock on it, below the daemon's own. */
export function memberFolder(state: string): string {
  return join(state, 'member');
}

/**
 * The stable name of the daemon that lives in this state folder, made at the first call: `<hostname>-<8 hex digits>`. It is
 * the `holder` of its leases and claims. Only the process that has the folder locked (`openStore`) may use it so, because
 * a lease goes to its own holder at once. What a power cut has left of a name is no name: it gets a new one. Throws InvalidInput `STATE_UNREADABLE` when the folder cannot be used.
 */
export async function memberName(state: string): Promise<string> {
  const file = join(memberFolder(state), 'name');
  const text = await readText(file);
  const known = nameIn(text);
  if (known !== undefined) return known;
  const name = `${hostname().split('.')[0]}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(memberFolder(state), { recursive: true, mode: 0o700 });
    await writeWholeFile(file, { parts: only(`${name}\n`), force: text !== undefined, check: async () => undefined });
    return name;
  } catch (error) {
    const written = nameIn(await readText(file)); // somebody else was faster
    if (written !== undefined) return written;
    throw new InvalidInput(`The name of this member cannot be kept in ${file}: ${messageOf(error)}`, {
      code: 'STATE_UNREADABLE',
      hint: 'Check that this user may write in the state folder.',
      cause: error,
    });
  }
}

/** Undefined: there is none, or it cannot be read. */
function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

function nameIn(text = ''): string | undefined {
  return /^[^\s\0]+-[0-9a-f]{8}$/.exec(text.trim())?.[0];
}

async function* only(text: string): AsyncGenerator<string> {
  yield text;
}
