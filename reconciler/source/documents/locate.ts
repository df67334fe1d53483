import type { Node } from 'yaml';
import { isMap, isNode, isScalar, isSeq } from 'yaml';
import { splitPointer } from '../../../schema/finding.ts';

/**
 * Offset of the place that a JSON pointer names: of the field's name or of its value. A place that does not exist gives
 * the name of the innermost field that does.
 */
export function locate(contents: Node | null, pointer: string, at: 'key' | 'value'): number {
  let node: unknown = contents;
  let keyOffset = offsetOf(contents) ?? 0;
  for (const segment of splitPointer(pointer)) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && keyText(key.value, key.source) === segment);
      if (!pair) return keyOffset;
      keyOffset = offsetOf(pair.key) ?? keyOffset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(segment)];
      if (node === undefined) return keyOffset;
      keyOffset = offsetOf(node) ?? keyOffset;
    } else {
      return keyOffset;
    }
  }
  return at === 'key' ? keyOffset : (offsetOf(node) ?? keyOffset);
}

function keyText(value: unknown, source: string | undefined): string {
  return typeof value === 'string' ? value : (source ?? JSON.stringify(value));
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
