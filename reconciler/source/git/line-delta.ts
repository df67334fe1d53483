/** The longest piece that one instruction of a delta inserts or copies. */
const MAX_INSERT = 0x7f;
const MAX_COPY = 0xffff;
/** A shorter beginning in common costs as much to copy as to say. */
const LEAST_PREFIX = 8;
const NEWLINE = 10;

/** A text that others are told from, line by line. */
export class DeltaBase {
  readonly bytes: Buffer;
  /** Where each line begins, and the end of the text. */
  readonly starts: readonly number[];
  /** Number of the first line that says this. */
  readonly #numbers = new Map<string, number>();

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.starts = lineStarts(bytes);
    for (let number = 0; number + 1 < this.starts.length; number++) {
      const text = bytes.toString('latin1', this.starts[number], this.starts[number + 1]);
      if (!this.#numbers.has(text)) this.#numbers.set(text, number);
    }
  }

  find(text: string): number | undefined {
    return this.#numbers.get(text);
  }
}

/**
 * What makes `target` from `base`, as git's packs have it: whole lines in common, and the beginnings of lines that differ only
 * towards their end, are copied. Right for any bytes; small where the two are documents of one kind.
 */
export function lineDelta(base: DeltaBase, target: Buffer): Buffer {
  const writer = new DeltaWriter(base.bytes.length, target.length);
  const starts = lineStarts(target);
  let next = 0;
  for (let number = 0; number + 1 < starts.length; number++) {
    const from = starts[number]!;
    const to = starts[number + 1]!;
    const same = sameLine(base, next, target, from, to);
    if (same !== undefined) {
      writer.copy(base.starts[same]!, to - from);
      next = same + 1;
      continue;
    }
    const prefix = commonPrefix(base, next, target, from, to);
    if (prefix >= LEAST_PREFIX) {
      writer.copy(base.starts[next]!, prefix);
      writer.insert(target.subarray(from + prefix, to));
    } else {
      writer.insert(target.subarray(from, to));
    }
    next++;
  }
  return writer.finish();
}

/** The line of the base that says the same: the expected one, else the first. */
function sameLine(base: DeltaBase, next: number, target: Buffer, from: number, to: number): number | undefined {
  const { bytes, starts } = base;
  if (next + 1 < starts.length && bytes.subarray(starts[next], starts[next + 1]).equals(target.subarray(from, to))) {
    return next;
  }
  return base.find(target.toString('latin1', from, to));
}

function commonPrefix({ bytes, starts }: DeltaBase, next: number, target: Buffer, from: number, to: number): number {
  if (next + 1 >= starts.length) return 0;
  const start = starts[next]!;
  const most = Math.min(to - from, starts[next + 1]! - start);
  let length = 0;
  while (length < most && bytes[start + length] === target[from + length]) length++;
  return length;
}

function lineStarts(bytes: Buffer): number[] {
  const starts: number[] = [0];
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) starts.push(at + 1);
  if (starts.at(-1) !== bytes.length) starts.push(bytes.length);
  return starts;
}

/** Instructions of a delta; neighbours become one. */
class DeltaWriter {
  readonly #out: number[] = [];
  #copyFrom = 0;
  #copied = 0;
  #inserted: number[] = [];

  constructor(baseSize: number, targetSize: number) {
    this.#varint(baseSize);
    this.#varint(targetSize);
  }

  copy(from: number, length: number): void {
    if (this.#copied > 0 && this.#copyFrom + this.#copied === from) {
      this.#copied += length;
      return;
    }
    this.#flush();
    this.#copyFrom = from;
    this.#copied = length;
  }

  insert(bytes: Uint8Array): void {
    this.#flushCopy();
    for (const byte of bytes) this.#inserted.push(byte);
  }

  finish(): Buffer {
    this.#flush();
    return Buffer.from(this.#out);
  }

  #flush(): void {
    this.#flushCopy();
    for (let at = 0; at < this.#inserted.length; at += MAX_INSERT) {
      const piece = this.#inserted.slice(at, at + MAX_INSERT);
      this.#out.push(piece.length, ...piece);
    }
    this.#inserted = [];
  }

  /** What was inserted before a copy stands before it: at most one of both is open. */
  #flushCopy(): void {
    while (this.#copied > 0) {
      const length = Math.min(this.#copied, MAX_COPY);
      this.#copyInstruction(this.#copyFrom, length);
      this.#copyFrom += length;
      this.#copied -= length;
    }
  }

  #copyInstruction(from: number, length: number): void {
    const head = this.#out.push(0x80) - 1;
    for (let index = 0; index < 4; index++) this.#part(head, 0x01 << index, Math.floor(from / 256 ** index) % 256);
    for (let index = 0; index < 3; index++) this.#part(head, 0x10 << index, Math.floor(length / 256 ** index) % 256);
  }

  /** A byte of an offset or a length; zeros are left out, which the head says. */
  #part(head: number, bit: number, byte: number): void {
    if (byte === 0) return;
    this.#out[head]! |= bit;
    this.#out.push(byte);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#out.push((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.#out.push(rest);
  }
}
