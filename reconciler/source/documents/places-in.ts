import { isMap, isScalar, isSeq } from 'yaml';
import { pointerSegment } from '../../../schema/finding.ts';
import type { ParsedDocument } from '../source.ts';
import type { LineTable } from './line-table.ts';

/** More places of one document are not kept: what is beyond them is told at the document itself. */
const MOST_PLACES = 20_000;
/** Longer pointers than any field has: a long name with many entries must not be kept once for each of them. */
const LONGEST_POINTER = 80;

/**
 * The place of every value of a document by its JSON pointer, and under `<pointer>#text` where the text of a block (`|`) begins, so that
 * a line inside it can be told as a line of the file.
 */
export function placesIn(contents: unknown, lines: LineTable): ParsedDocument['positions'] {
  const positions: ParsedDocument['positions'] = {};
  let left = MOST_PLACES;
  const visit = (node: unknown, pointer: string): void => {
    if (pointer.length > LONGEST_POINTER || left-- <= 0) return;
    const offset = (node as { range?: number[] | null } | null)?.range?.[0];
    if (offset !== undefined) positions[pointer] = lines.position(offset);
    if (isScalar(node) && node.type === 'BLOCK_LITERAL' && offset !== undefined) {
      positions[`${pointer}#text`] = lines.blockText(offset);
    }
    if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(item, `${pointer}/${index}`);
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (isScalar(key) && typeof key.value === 'string') visit(value, `${pointer}/${pointerSegment(key.value)}`);
    }
  };
  visit(contents, '');
  return positions;
}
