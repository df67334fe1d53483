import type { Entry, StateStore } from './state-store.ts';

/**
 * Reads every key below a prefix (or the one key that a prefix without a final `/` names), page by page. Answers the
 * revision of the first page: a watch from there misses nothing.
 */
export async function loadPrefix(
  store: StateStore,
  prefix: string,
  take: (entries: readonly Entry[]) => void,
  signal?: AbortSignal,
): Promise<number> {
  let revision: number | undefined;
  let after: string | undefined;
  do {
    const page = await store.list(prefix, { after }, signal);
    take(prefix.endsWith('/') ? page.entries : page.entries.filter(({ key }) => key === prefix));
    revision ??= page.revision;
    after = page.next;
  } while (after !== undefined);
  return revision;
}
