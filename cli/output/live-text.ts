/** Text that is drawn over itself on a terminal: the lines of the last drawing are replaced by the next. */
export class LiveText {
  readonly #write: (text: string) => unknown;
  #lines = 0;
  #last = '';

  constructor(stream: { write(text: string): unknown }) {
    this.#write = (text) => stream.write(text);
  }

  draw(text: string): void {
    if (text === this.#last && this.#lines > 0) return;
    this.#last = text;
    const lines = text.split('\n');
    const up = this.#lines > 0 ? `\u001b[${this.#lines}A` : '';
    this.#write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[J`);
    this.#lines = lines.length;
  }

  /** Leaves the last drawing where it is; the next one begins below. */
  keep(): void {
    this.#lines = 0;
  }
}
