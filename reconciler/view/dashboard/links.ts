import type { ResourceKey } from '../../model/resource.ts';
import { splitKey } from '../../model/resource.ts';

/** Pages of the dashboard. Nothing else builds a path. */
export const paths = {
  fleet: '/',
  cluster: (name: string): string => `/clusters/${encodeURIComponent(name)}`,
  host: (name: string): string => `/hosts/${encodeURIComponent(name)}`,
  operations: '/operations',
  operation: (name: string): string => `/operations/${encodeURIComponent(name)}`,
  plan: (ref?: string): string => (ref === undefined ? '/plan' : `/plan?ref=${encodeURIComponent(ref)}`),
  revisions: (before?: string): string =>
    before === undefined ? '/revisions' : `/revisions?before=${encodeURIComponent(before)}`,
  diagnostics: '/diagnostics',
  search: '/search',
  /** Of the sign-in, not of the dashboard. */
  signOut: '/sign-out',
  state: (state: string): string => `/search?state=${encodeURIComponent(state)}`,
} as const;

/** The page of an object; undefined: its kind has none. */
export function pageOf(key: ResourceKey): string | undefined {
  const { kind, name } = splitKey(key);
  if (kind === 'Host') return paths.host(name);
  if (kind === 'Cluster') return paths.cluster(name);
  return kind === 'Operation' ? paths.operation(name) : undefined;
}

/** An address from outside as a link, where it is one that may be followed: http and https only. Never anything that runs. */
export function safeHref(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, username, password, href } = new URL(address);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && username === '' && password === '' ? href : undefined;
}
