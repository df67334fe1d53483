import type { Clone } from './clone.ts';
import type { GitObject } from './object.ts';
import { writePack } from './pack-writer.ts';

/** Every fetch and push leaves a pack; from this many small ones on they become one. */
const MAX_SMALL_PACKS = 48;
const SMALL_PACK_BYTES = 8 * 1024 * 1024;
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

/**
 * Merges the small packs of a clone when there are many, so that looking an object up stays cheap. Nothing is dropped:
 * the new pack is whole and visible before the old ones go.
 */
export function compactIfNeeded(clone: Clone, maxSmallPacks: number = MAX_SMALL_PACKS): void {
  const small = clone.objects.packs().filter((pack) => pack.size < SMALL_PACK_BYTES);
  if (small.length <= maxSmallPacks) return;
  const merged = new Map<string, GitObject>();
  for (const pack of small) {
    for (const oid of pack.index.oids()) {
      const object = merged.has(oid) ? undefined : clone.objects.read(oid, MAX_OBJECT_BYTES);
      if (object) merged.set(oid, object);
    }
  }
  const pack = writePack(merged);
  clone.add(pack.bytes, pack.objects);
  const kept = `pack-${pack.bytes.subarray(-20).toString('hex')}.pack`;
  clone.remove(small.map(({ path }) => path).filter((path) => !path.endsWith(kept)));
}
