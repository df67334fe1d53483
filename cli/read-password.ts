import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { InvalidInput, messageOf } from '../reconciler/model/errors.ts';
import { Sensitive } from '../reconciler/model/sensitive.ts';

/**
 * A password: from a file (`-` is standard input), or asked for twice on the terminal without being shown. Throws InvalidInput where the
 * file cannot be read, both answers differ, or there is no terminal to ask on.
 */
export async function readPassword(file: string | undefined, signal: AbortSignal): Promise<Sensitive> {
  if (file === '-') return withoutNewline(await text(process.stdin));
  if (file !== undefined) {
    const content = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new InvalidInput(`The password cannot be read: ${messageOf(cause)}`, { code: 'NOT_FOUND', cause });
    });
    return withoutNewline(content);
  }
  if (!process.stdin.isTTY) {
    throw new InvalidInput('There is no terminal to ask for the password on.', {
      code: 'USAGE',
      hint: 'Give --file, or --file - to read it from standard input.',
    });
  }
  const first = await ask('Password: ', signal);
  const second = await ask('Again: ', signal);
  if (first === second) return new Sensitive(first);
  throw new InvalidInput('The two passwords differ.', { code: 'PASSWORD', hint: 'Type it anew.' });
}

function withoutNewline(content: string): Sensitive {
  return new Sensitive(content.replace(/\r?\n$/, ''));
}

/** Asks on stderr; what is typed is not shown. */
function ask(question: string, signal: AbortSignal): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  process.stderr.write(question);
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    // Raw mode: the terminal gives Ctrl-C to us, and we give it on.
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    lines.once('close', () => reject(new InvalidInput('No password was typed.', { code: 'PASSWORD' })));
    lines.question('', (answer) => {
      signal.removeEventListener('abort', stop);
      resolve(answer);
      lines.close();
    });
  }).finally(() => {
    lines.close();
    process.stderr.write('\n');
  }) as Promise<string>;
}
