import type { ViewContext } from '../../http/context.ts';
import { byState, HOST_STATES, type HostState } from '../states.ts';
import { readHosts, type HostLine } from './hosts.ts';

export interface SearchModel {
  query: string;
  state?: HostState;
  /** The worst first, at most `MOST_FOUND`. */
  found: HostLine[];
  /** How many there are in all. */
  total: number;
  /** The one host whose name or address is just what was asked for. */
  exact?: string;
}

export const MOST_FOUND = 200;
const LONGEST_QUERY = 200;

/** Hosts by a part of their name or address, or by their state. An empty question finds nothing. */
export function searchHosts(context: Pick<ViewContext, 'cache' | 'desired'>, asked: string, word: string): SearchModel {
  const query = asked.trim().slice(0, LONGEST_QUERY);
  const needle = query.toLowerCase();
  const state = HOST_STATES.find((one) => one === word);
  if (needle === '' && !state) return { query, found: [], total: 0 };
  const found = readHosts(context).filter(
    (host) =>
      (!state || host.state === state) && (host.name.includes(needle) || host.address.toLowerCase().includes(needle)),
  );
  const exact = found.filter(({ name, address }) => name === needle || address.toLowerCase() === needle);
  return {
    query,
    ...(state && { state }),
    found: [...found].sort((a, b) => byState(a.state, b.state)).slice(0, MOST_FOUND),
    total: found.length,
    ...(exact.length === 1 && needle !== '' && { exact: exact[0]!.name }),
  };
}
