import { isAbsolute, resolve } from 'node:path';
import { isFields, type Fields } from './layer.ts';

/** A copy in which the paths that a source names start at the source's own folder: `…File`, `…Folder`, `state`, a repository on this machine. */
export function absolutePaths(fields: Fields, folder: string): Fields {
  return absolute(fields, (path) => resolve(folder, path));
}

/**
 * The fields of a source without a folder of its own that name a relative path, as JSON pointers.
 */
export function relativePaths(fields: Fields): string[] {
  const found: string[] = [];
  absolute(fields, (path, pointer) => {
    if (!isAbsolute(path)) found.push(pointer);
    return path;
  });
  return found;
}

function absolute(fields: Fields, place: (path: string, pointer: string) => string, at = ''): Fields {
  const copy: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    const pointer = `${at}/${name}`;
    if (isFields(value)) copy[name] = absolute(value, place, pointer);
    else if (Array.isArray(value)) copy[name] = value.map((each, index) => inList(each, place, `${pointer}/${index}`));
    else if (typeof value === 'string' && isPath(pointer, name, value)) copy[name] = place(value, pointer);
    else copy[name] = value;
  }
  return copy;
}

function inList(entry: unknown, place: (path: string, pointer: string) => string, pointer: string): unknown {
  return isFields(entry) ? absolute(entry, place, pointer) : entry;
}

function isPath(pointer: string, name: string, value: string): boolean {
  if (value === '') return false;
  if (pointer === '/repository/url' || pointer === '/status/url') return isLocal(value);
  // A module is the name of a package, or a path that says so.
  if (name === 'module') return pointer.startsWith('/view/signIn/') && /^\.{1,2}\//.test(value);
  return pointer === '/state' || name.endsWith('File') || name.endsWith('Folder');
}

/** A path; neither a URL nor `user@host:path`. */
function isLocal(url: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(url) && !/^[^/]+:/.test(url);
}
