/** Offsets to lines and columns, both from 1. Columns count UTF-16 units, as editors do. */
export class LineTable {
  readonly #starts: number[] = [0];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  position(offset: number): [line: number, column: number] {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return [low + 1, offset - this.#starts[low]! + 1];
  }

  /** Where the text of a block (`|`) whose mark stands at an offset begins: the column is that of its first line that is not empty. */
  blockText(mark: number): [line: number, column: number] {
    const [line] = this.position(mark);
    for (let at = line; at < this.#starts.length; at++) {
      const start = this.#starts[at]!;
      const end = this.#starts[at + 1] ?? this.#text.length;
      const indent = this.#text.slice(start, end).search(/[^ \r\n]/);
      if (indent >= 0) return [line + 1, indent + 1];
    }
    return [line + 1, 1];
  }
}
