import { canonicalJson } from '../model/digest.ts';
import type { Change } from '../model/plan.ts';
import { splitKey, type Inventory } from '../model/resource.ts';

/**
 * Operations that go while others with the same spec come say so on both: an operation is known by its name, so that another name is a
 * cancel and a new run. `before` is the repository that is in effect. Pure.
 */
export function callOutRenames(changes: readonly Change[], before: Inventory, desired: Inventory): Change[] {
  const going = new Map<string, string>();
  for (const { symbol, key } of changes) {
    const spec = symbol === '-' && splitKey(key).kind === 'Operation' ? before.get(key)?.spec : undefined;
    if (spec !== undefined) going.set(canonicalJson(spec), key);
  }
  const renamed = new Map<string, string>();
  for (const { symbol, key } of changes) {
    if (symbol !== '+' || splitKey(key).kind !== 'Operation') continue;
    const text = canonicalJson(desired.get(key)!.spec);
    const from = going.get(text);
    if (from === undefined) continue;
    // Of several that come with one spec, one has the name of the other.
    going.delete(text);
    renamed.set(
      from,
      `it comes back as ${key}, which is another operation: this one is cancelled, and that one begins anew`,
    );
    renamed.set(key, `it is ${from} under another name: that one is cancelled, and this one begins anew`);
  }
  return changes.map((change) => {
    const line = renamed.get(change.key);
    return line === undefined ? change : { ...change, lines: [line, ...change.lines] };
  });
}
