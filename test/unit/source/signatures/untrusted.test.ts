import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../../reconciler/source/git/object-store.ts';
import type { Repository } from '../../../../reconciler/source/git/repository.ts';
import type { SignerBook } from '../../../../reconciler/source/signatures/signer-book.ts';
import { findUntrusted } from '../../../../reconciler/source/signatures/untrusted.ts';

const NEVER = new AbortController().signal;

/** Commit to its parents; whose name ends in `!` is not signed. */
type History = Record<string, string[]>;

const oidOf = (name: string): string => Buffer.from(name.padEnd(20, '.')).toString('hex');
const nameOf = (oid: string): string => Buffer.from(oid, 'hex').toString().replace(/\.+$/, '');

/** A repository that has these commits here, and those of `remote` that a commit leads to once it was deepened from there. */
function repositoryOf(here: History, remote: History = {}): Repository & { deepened: string[] } {
  const known = { ...here };
  const deepened: string[] = [];
  const objects: Partial<ObjectStore> = {
    hasQuick: (oid) => nameOf(oid) in known,
    need(oid) {
      const parents = known[nameOf(oid)]!.map((parent) => `parent ${oidOf(parent)}\n`);
      return Buffer.from(`tree ${'0'.repeat(40)}\n${parents.join('')}author x <x> 0 +0000\n\n${nameOf(oid)}`);
    },
  };
  const repository: Partial<Repository> = {
    objects: objects as ObjectStore,
    async deepen(commit) {
      deepened.push(nameOf(commit));
      const left = [nameOf(commit)];
      for (let name = left.pop(); name !== undefined; name = left.pop()) {
        if (name in remote) known[name] = remote[name]!;
        left.push(...(known[name] ?? []));
      }
    },
  };
  return Object.assign(repository as Repository, { deepened });
}

/** Refuses commits whose name ends in `!`. */
const book = {
  check: async (commit: Buffer) =>
    commit.toString().endsWith('!') ? { refused: 'is not signed' } : { signer: { name: 'kim', ids: ['kim'] } },
} as unknown as SignerBook;

async function find(repository: Repository, tip: string, accepted?: string): Promise<string | undefined> {
  const range = { tip: oidOf(tip), accepted: accepted === undefined ? undefined : oidOf(accepted) };
  const found = await findUntrusted(repository, range, book, 0, NEVER);
  return found && `${nameOf(found.commit)} +${found.others}`;
}

describe('what is not signed of what is new', () => {
  const linear: History = { 'a!': [], b: ['a!'], 'c!': ['b'], d: ['c!'], e: ['d'] };
  // The side begins before the accepted commit `b`.
  const merged: History = { 'a!': [], b: ['a!'], 'x!': ['a!'], y: ['x!'], m: ['b', 'y'] };

  it.each<[string, History, string, string | undefined, string | undefined]>([
    ['all is signed since the accepted one', linear, 'e', 'd', undefined],
    ['one in between is not', linear, 'e', 'b', 'c! +0'],
    ['it is the tip', linear, 'c!', 'b', 'c! +0'],
    ['nothing is accepted yet: the tip alone counts', linear, 'e', undefined, undefined],
    ['nothing is accepted yet, and the tip is not', linear, 'c!', undefined, 'c! +0'],
    ['nothing is new', linear, 'c!', 'c!', undefined],
    ['one of a side that was merged is not', merged, 'm', 'b', 'x! +0'],
    ['the accepted commit is on the side', merged, 'm', 'y', undefined],
    ['two are not', { ...merged, 'y!': ['x!'], n: ['b', 'y!'] }, 'n', 'b', 'y! +1'],
  ])('%s', async (_, history, tip, accepted, expected) => {
    const repository = repositoryOf(history);

    expect(await find(repository, tip, accepted)).toBe(expected);
    expect(repository.deepened).toEqual([]);
  });

  it('is found by the whole history, when an old commit looks new in the part that is here', async () => {
    const { b, y, m } = merged;
    const side: History = { 'a!': [], 's!': ['a!'] };
    const here = { b: b!, y: y!, 'x!': ['s!'], m: m!, ...side };
    const repository = repositoryOf({ ...here, b: ['q'] }, { q: ['x!'] });

    expect(await find(repository, 'm', 'b')).toBeUndefined();
    expect(repository.deepened).not.toEqual([]);
  });

  it('is found by the history of an accepted commit that the tip does not lead to', async () => {
    const here: History = { t: ['x!'], 'x!': [], w: ['v'] };
    const repository = repositoryOf(here, { v: ['x!'] });

    expect(await find(repository, 't', 'w')).toBeUndefined();
  });

  it('is looked for in the whole history, when a parent of a new commit is not here', async () => {
    const { b, y, m, 'a!': a } = merged;
    const repository = repositoryOf({ 'a!': a!, b: b!, y: y!, m: m! }, merged);

    expect(await find(repository, 'm', 'b')).toBe('x! +0');
  });

  it('cannot be told when the server keeps a parent of a new commit back', async () => {
    const { b, y, m, 'a!': a } = merged;
    const repository = repositoryOf({ 'a!': a!, b: b!, y: y!, m: m! });

    await expect(find(repository, 'm', 'b')).rejects.toMatchObject({
      disposition: 'Transient',
      code: 'HISTORY_MISSING',
    });
  });

  it('is told when it is known, whatever the server keeps back', async () => {
    const repository = repositoryOf({ b: [], 'y!': ['x'], m: ['b', 'y!'] });

    expect(await find(repository, 'm', 'b')).toBe('y! +0');
  });
});
