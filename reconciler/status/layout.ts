import { Bug } from '../model/errors.ts';
import { splitKey, type ResourceKey } from '../model/resource.ts';
import { shardDigits } from './shards.ts';

/** Files that exist once. */
export const README_PATH = 'README.md';
export const FLEET_PATH = 'fleet.yaml';
export const DIAGNOSTICS_PATH = 'diagnostics.yaml';

const NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;
const KIND = /^[A-Z][A-Za-z0-9]{0,62}$/;
const HOST_PATH = /^(?:clusters\/([^/]+)\/)?hosts\/((?:[0-7]\/)+)([^/]+)\.yaml$/;
const CLUSTER_PATH = /^clusters\/([^/]+)\/cluster\.yaml$/;
const OTHER_PATH = /^([a-z][a-z0-9-]*)\/([^/]+)\.yaml$/;

/** True for what the schema allows as `metadata.name`: safe as one segment of a path. */
export function isName(text: string): boolean {
  return NAME.test(text) && !text.includes('..');
}

/** True for what can be a kind. */
export function isKind(text: string): boolean {
  return KIND.test(text);
}

/** Path of a host's file; `folder` is its shard, `3/1`. */
export function hostPath(name: string, cluster: string | undefined, folder: string): string {
  const below = `hosts/${folder}/${segment(name)}.yaml`;
  return cluster === undefined ? below : `clusters/${segment(cluster)}/${below}`;
}

/** Path of any object that is not a Host. Operations are kept for ever, see `isKept`. */
export function objectPath(key: ResourceKey): string {
  const { kind, name } = splitKey(key);
  if (kind === 'Cluster') return `clusters/${segment(name)}/cluster.yaml`;
  return `${folderOfKind(kind)}/${segment(name)}.yaml`;
}

/** Folder of a kind: `ContainerManager` is `container-managers`. */
export function folderOfKind(kind: string): string {
  if (!isKind(kind)) throw new Bug(`"${kind}" cannot be a kind.`);
  const words = kind.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  if (/[^aeiou]y$/.test(words)) return `${words.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(words) ? `${words}es` : `${words}s`;
}

/** What a path of the branch is to us; undefined = not ours, and never touched. */
export interface OwnedPath {
  of: 'file' | 'host' | 'cluster' | 'other';
  /** The cluster that the folder names. */
  cluster?: string;
}

/**
 * Reads a path as one of ours. Strict, because what is ours may be removed: a host must lie where its digits say, and
 * another kind's folder must be among `folders` (those of the kinds that exist).
 */
export function readPath(path: string, folders?: ReadonlySet<string>): OwnedPath | undefined {
  if (path === README_PATH || path === FLEET_PATH || path === DIAGNOSTICS_PATH) return { of: 'file' };
  const host = HOST_PATH.exec(path);
  if (host) {
    const [, cluster, folder = '', name = ''] = host;
    const digits = folder.replaceAll('/', '');
    if (!isName(name) || !shardDigits(name).startsWith(digits)) return undefined;
    if (cluster === undefined) return { of: 'host' };
    return isName(cluster) ? { of: 'host', cluster } : undefined;
  }
  const cluster = CLUSTER_PATH.exec(path)?.[1];
  if (cluster !== undefined) return isName(cluster) ? { of: 'cluster', cluster } : undefined;
  const [, folder = '', name = ''] = OTHER_PATH.exec(path) ?? [];
  const known = folders === undefined || folders.has(folder);
  return known && isName(name) && folder !== 'clusters' && folder !== 'hosts' ? { of: 'other' } : undefined;
}

/** True for files that stay although their object is gone: what was done stays done. */
export function isKept(path: string): boolean {
  return path.startsWith('operations/');
}

function segment(name: string): string {
  if (!isName(name)) throw new Bug(`${JSON.stringify(name)} cannot be a name in the status branch.`);
  return name;
}
