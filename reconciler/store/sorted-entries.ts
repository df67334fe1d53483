import type { Entry } from './state-store.ts';

/**
 * Entries in memory, found by key and by prefix in key order. Keys are kept in one sorted array per first segment, so that
 * a change among the heartbeats does not move ten thousand journal keys.
 */
export class SortedEntries {
  readonly #entries = new Map<string, Entry>();
  readonly #groups = new Map<string, string[]>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  set(entry: Entry): void {
    if (!this.#entries.has(entry.key)) {
      const group = this.#group(entry.key);
      // Loading comes in order: then this is a push.
      if (group.length === 0 || group.at(-1)! < entry.key) group.push(entry.key);
      else group.splice(firstNotBelow(group, entry.key), 0, entry.key);
    }
    this.#entries.set(entry.key, entry);
  }

  delete(key: string): boolean {
    if (!this.#entries.delete(key)) return false;
    const group = this.#group(key);
    group.splice(firstNotBelow(group, key), 1);
    return true;
  }

  /** Keys that start with the prefix, in order: a copy, so that it may be walked while entries change. */
  keys(prefix: string): string[] {
    const slash = prefix.indexOf('/');
    if (slash >= 0) return range(this.#groups.get(prefix.slice(0, slash)) ?? [], prefix);
    const groups = [...this.#groups]
      .filter(([name]) => name.startsWith(prefix))
      .map(([, group]) => range(group, prefix));
    return groups.length === 1 ? groups[0]! : groups.flat().sort(byText);
  }

  #group(key: string): string[] {
    const slash = key.indexOf('/');
    const name = slash < 0 ? key : key.slice(0, slash);
    let group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, (group = []));
    return group;
  }
}

function range(group: readonly string[], prefix: string): string[] {
  const from = firstNotBelow(group, prefix);
  let to = from;
  let last = group.length;
  while (to < last) {
    const middle = (to + last) >> 1;
    if (group[middle]!.startsWith(prefix)) to = middle + 1;
    else last = middle;
  }
  return group.slice(from, to);
}

/** Index of the first key that is not below `key`. */
function firstNotBelow(group: readonly string[], key: string): number {
  let low = 0;
  let high = group.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (group[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
