import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidInput } from '../../model/errors.ts';
import { GitCode } from './git-error.ts';
import { isAbsent } from './loose-object.ts';
import { ObjectStore } from './object-store.ts';
import { readPackedRefs } from './refs.ts';

/** A repository on this machine that belongs to somebody else: read in place, written only where a push would write. */
export interface LocalRepository {
  /** The folder with `refs`, `packed-refs` and `objects`. */
  gitDir: string;
  objects: ObjectStore;
}

/**
 * Opens a bare repository, a work tree or a linked work tree by its path. Throws InvalidInput `GIT_NOT_FOUND`, or
 * `GIT_UNSUPPORTED` for reftable and SHA-256 repositories.
 */
export function openLocalRepository(path: string): LocalRepository {
  const gitDir = findGitDir(path);
  checkFormat(gitDir);
  return { gitDir, objects: new ObjectStore(join(gitDir, 'objects')) };
}

/** The git folder of a path, as `git -C PATH rev-parse --git-common-dir` would say. */
export function findGitDir(path: string): string {
  const dotGit = join(path, '.git');
  const candidate = existsSync(dotGit) ? resolveGitFile(dotGit) : path;
  const common = readOptional(join(candidate, 'commondir'))?.trim();
  const gitDir = common === undefined ? candidate : resolve(candidate, common);
  if (existsSync(join(gitDir, 'objects')) && existsSync(join(gitDir, 'HEAD'))) return gitDir;
  throw new InvalidInput(`There is no git repository at ${path}.`, {
    code: GitCode.notFound,
    hint: 'Name a bare repository or the top folder of a work tree.',
  });
}

/** A ref that stands where a folder for `ref` would have to be, or below it: git forbids both at once. */
export function conflictingRef(gitDir: string, ref: string): string | undefined {
  return findConflict(readPackedRefs(gitDir).keys(), ref);
}

/** The same over any list of ref names. */
export function findConflict(names: Iterable<string>, ref: string): string | undefined {
  for (const name of names) if (name.startsWith(`${ref}/`) || ref.startsWith(`${name}/`)) return name;
  return undefined;
}

function resolveGitFile(dotGit: string): string {
  if (statSync(dotGit).isDirectory()) return dotGit;
  const target = /^gitdir: (.+)$/m.exec(readFileSync(dotGit, 'utf8'))?.[1];
  return target === undefined ? dotGit : resolve(join(dotGit, '..'), target.trim());
}

function checkFormat(gitDir: string): void {
  const config = readOptional(join(gitDir, 'config')) ?? '';
  if (/^\s*refstorage\s*=\s*"?reftable/im.test(config) || existsSync(join(gitDir, 'reftable'))) {
    throw unsupported(gitDir, 'keeps its refs in a reftable', 'Use a repository with the files ref format.');
  }
  if (/^\s*objectformat\s*=\s*"?sha256/im.test(config)) {
    throw unsupported(gitDir, 'uses SHA-256 object names', 'Use a repository with the default object format, SHA-1.');
  }
}

function unsupported(gitDir: string, what: string, hint: string): InvalidInput {
  return new InvalidInput(`The repository ${gitDir} ${what}, which is not supported.`, {
    code: GitCode.unsupported,
    hint,
  });
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
