import type { Inventory } from '../model/resource.ts';
import { KIND_CHECKS } from '../kinds/checks.ts';
import { InventoryBuilder } from '../source/inventory/inventory-builder.ts';
import type { ConfigSource, ParsedFile } from '../source/source.ts';

/** The inventory of one commit by itself; what is wrong in it is left out. The commit must have been fetched. */
export async function readInventory(source: ConfigSource, commit: string, signal: AbortSignal): Promise<Inventory> {
  const { changed, removed, diagnostics } = await source.diff(undefined, commit, signal);
  const parsed = new Map<string, ParsedFile>();
  const oids = [...new Set(changed.map((file) => file.oid))];
  if (oids.length > 0)
    for await (const files of source.parse(oids, signal)) for (const file of files) parsed.set(file.oid, file);
  return new InventoryBuilder({ checks: KIND_CHECKS }).advance({ commit, changed, removed, parsed, diagnostics })
    .inventory;
}
