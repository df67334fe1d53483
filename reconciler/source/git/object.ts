import { createHash } from 'node:crypto';
import { corrupt } from './git-error.ts';
import { isOid } from './ref-name.ts';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export interface GitObject {
  type: ObjectType;
  bytes: Buffer;
}

/** File modes of tree entries. */
export const Mode = { tree: 0o40000, symlink: 0o120000, submodule: 0o160000, file: 0o100644 } as const;

export interface TreeEntry {
  mode: number;
  /** As it stands in the tree: bytes, since nothing guarantees UTF-8. */
  name: Buffer;
  oid: string;
}

/** The object name: SHA-1 over header and content. */
export function objectOid(type: ObjectType, bytes: Buffer): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
}

/** The entries of a tree object. Throws Transient `GIT_CORRUPT`. */
export function parseTree(bytes: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    if (space < 0 || space - at > 6 || end < 0 || end + 21 > bytes.length) throw corrupt('a tree cannot be read');
    const digits = bytes.toString('latin1', at, space);
    if (!/^[0-7]{5,6}$/.test(digits)) throw corrupt('a tree holds a malformed mode');
    entries.push({
      mode: Number.parseInt(digits, 8),
      name: bytes.subarray(space + 1, end),
      oid: bytes.toString('hex', end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

/** A tree object from its entries, sorted as git does: a folder's name counts as if it ended in a slash. */
export function formatTree(entries: Iterable<TreeEntry>): Buffer {
  const keyed = [...entries].map((entry) => ({
    entry,
    key: entry.mode === Mode.tree ? Buffer.concat([entry.name, Buffer.from('/')]) : entry.name,
  }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  const parts = keyed.flatMap(({ entry }) => [
    Buffer.from(`${entry.mode.toString(8)} `),
    entry.name,
    Buffer.from([0]),
    Buffer.from(entry.oid, 'hex'),
  ]);
  return Buffer.concat(parts);
}

export interface Person {
  name: string;
  email: string;
  /** Seconds since 1970. */
  timestamp: number;
}

export interface Commit {
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
  message: string;
}

/** Reads a commit object. Throws Transient `GIT_CORRUPT` when it has no tree or a malformed parent. */
export function parseCommit(bytes: Buffer): Commit {
  const text = bytes.toString('utf8');
  const blank = text.indexOf('\n\n');
  const lines = (blank < 0 ? text : text.slice(0, blank)).split('\n');
  const values = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const [tree = ''] = values('tree');
  const parents = values('parent');
  if (!isOid(tree) || !parents.every(isOid)) throw corrupt('a commit cannot be read');
  return {
    tree,
    parents,
    author: parsePerson(values('author')[0]),
    committer: parsePerson(values('committer')[0]),
    message: blank < 0 ? '' : text.slice(blank + 2),
  };
}

/** The parents alone, cheap: for walking history. */
export function parseParents(bytes: Buffer): string[] {
  const parents: string[] = [];
  const header = bytes.toString('latin1', 0, Math.min(bytes.length, 65_536));
  for (let at = header.indexOf('\n') + 1; header.startsWith('parent ', at); at = header.indexOf('\n', at) + 1) {
    const oid = header.slice(at + 7, at + 47);
    if (!isOid(oid)) throw corrupt('a commit has a malformed parent');
    parents.push(oid);
  }
  return parents;
}

/** A commit object in UTC. Line breaks and angle brackets in names would forge headers: they are taken out. */
export function formatCommit(commit: Commit): Buffer {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${formatPerson(commit.author)}`,
    `committer ${formatPerson(commit.committer)}`,
  ];
  const message = commit.message.replaceAll('\0', '');
  return Buffer.from(`${lines.join('\n')}\n\n${message.endsWith('\n') ? message : `${message}\n`}`);
}

function formatPerson(person: Person): string {
  const plain = (text: string): string => text.replace(/[\u0000-\u001f<>]/g, '').trim();
  return `${plain(person.name)} <${plain(person.email)}> ${Math.floor(person.timestamp)} +0000`;
}

function parsePerson(text: string | undefined): Person {
  const found = /^(.*?) ?<([^>]*)> (-?\d+) [+-]\d+$/.exec(text ?? '');
  if (!found) return { name: '', email: '', timestamp: 0 };
  return { name: found[1]!, email: found[2]!, timestamp: Number(found[3]) };
}
