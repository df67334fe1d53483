import { Mode } from './object.ts';
import type { TreeEntry } from './object.ts';

/** What an entry of the config repository's tree is for us. */
export type EntryKind = 'folder' | 'document' | 'other' | 'refused';

/** Why an entry is refused. */
export interface Refusal {
  severity: 'error' | 'warning';
  /** Stable code in kebab-case. */
  code: string;
  message: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const DOCUMENT = /\.ya?ml$/i;

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
/** Names that some file system would take for `.git`. */
const DOT_GIT = /^(\.git|git~1)[ .]*$/i;

/** The name as text; undefined when it is not UTF-8. */
export function entryName(entry: TreeEntry): string | undefined {
  try {
    return decoder.decode(entry.name);
  } catch {
    return undefined;
  }
}

/** A name that can be printed in a message, whatever its bytes are. */
export function printableName(entry: TreeEntry): string {
  const text = (entryName(entry) ?? entry.name.toString('latin1')).slice(0, 200);
  return text.replace(new RegExp(CONTROL, 'g'), '?');
}

/** What the entry is, and if refused, why. */
export function classifyEntry(entry: TreeEntry): { kind: EntryKind; refusal?: Refusal } {
  const name = entryName(entry);
  const bad = badName(name);
  if (bad) return { kind: 'refused', refusal: { severity: 'error', code: 'bad-file-name', message: bad } };
  const document = DOCUMENT.test(name!);
  switch (entry.mode) {
    case Mode.tree:
      return { kind: 'folder' };
    case Mode.symlink:
      return { kind: 'refused', refusal: symlink(document) };
    case Mode.submodule:
      return {
        kind: 'refused',
        refusal: {
          severity: 'error',
          code: 'submodule',
          message: 'This is a submodule; put the files themselves into the repository.',
        },
      };
    default:
      return { kind: document ? 'document' : 'other' };
  }
}

function symlink(document: boolean): Refusal {
  const message = 'This is a symbolic link, which is not followed; put the file itself here.';
  return { severity: document ? 'error' : 'warning', code: 'symlink', message };
}

function badName(name: string | undefined): string | undefined {
  if (name === undefined) return 'The name of this file is not UTF-8; rename it.';
  if (name === '' || name === '.' || name === '..') return 'A name of ".", ".." or nothing is not allowed.';
  if (DOT_GIT.test(name)) return 'A name that could stand for .git is not allowed; rename it.';
  if (name.includes('/') || name.includes('\\')) return 'A name with a slash or backslash is not allowed; rename it.';
  if (CONTROL.test(name)) return 'A name with a control character is not allowed; rename it.';
  return undefined;
}
