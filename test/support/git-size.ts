import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

interface GitObject {
  oid: string;
  size: number;
}

/** Oid and size, deflated as in a pack or a loose file, of one git object. */
function objectOf(type: string, body: Buffer): GitObject {
  const whole = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
  return { oid: createHash('sha1').update(whole).digest('hex'), size: deflateSync(body).length };
}

/** Every blob and tree of a set of files: oid to size. */
export function gitObjects(files: ReadonlyMap<string, string>): Map<string, number> {
  const found = new Map<string, number>();
  treeOf(
    [...files].map(([path, content]) => [path.split('/'), content]),
    found,
  );
  return found;
}

function treeOf(files: (readonly [string[], string])[], found: Map<string, number>): string {
  const folders = new Map<string, [string[], string][]>();
  const entries: { sort: string; mode: string; name: string; oid: string }[] = [];
  for (const [[name, ...rest], content] of files) {
    if (rest.length > 0) folders.set(name!, [...(folders.get(name!) ?? []), [rest, content]]);
    else entries.push({ sort: name!, mode: '100644', name: name!, oid: note('blob', Buffer.from(content), found) });
  }
  for (const [name, below] of folders) {
    entries.push({ sort: `${name}/`, mode: '40000', name, oid: treeOf(below, found) });
  }
  entries.sort((a, b) => (a.sort < b.sort ? -1 : 1));
  const rows = entries.map(({ mode, name, oid }) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
  );
  return note('tree', Buffer.concat(rows), found);
}

function note(type: string, body: Buffer, found: Map<string, number>): string {
  const { oid, size } = objectOf(type, body);
  found.set(oid, size);
  return oid;
}

/** Bytes of the blobs and trees that `after` has and `before` does not, and of a commit with this message. */
export function newBytes(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  message: string,
): number {
  const old = gitObjects(before);
  let sum = 0;
  for (const [oid, size] of gitObjects(after)) if (!old.has(oid)) sum += size;
  const random = createHash('sha1').update(message).digest('hex');
  const person = 'Intendant <intendant@localhost> 1767323045 +0000';
  const commit = `tree ${random}\nparent ${[...random].reverse().join('')}\nauthor ${person}\ncommitter ${person}\n\n${message}`;
  return sum + deflateSync(commit).length;
}
