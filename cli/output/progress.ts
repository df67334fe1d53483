import type { Terminal } from './terminal.ts';

/** What long work says while it goes on. On a terminal it is one line that changes; elsewhere each step is a line. */
export interface Progress {
  /** What is being done now, such as `Reading the repository`. */
  step(text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Ends the moving line. Idempotent. */
  stop(): void;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
/** Short work says nothing at all. */
const QUIET_MS = 250;

/** Progress on `stream`; silent where nobody watches, except for notes. */
export function createProgress(stream: { write(text: string): unknown }, terminal: Terminal): Progress {
  if (!terminal.interactive)
    return { step: () => undefined, note: (text) => void stream.write(`${text}\n`), stop: () => undefined };
  return new MovingProgress(stream);
}

class MovingProgress implements Progress {
  readonly #stream: { write(text: string): unknown };
  #timer: NodeJS.Timeout | undefined;
  #text = '';
  #frame = 0;
  #shown = false;

  constructor(stream: { write(text: string): unknown }) {
    this.#stream = stream;
  }

  step(text: string): void {
    this.#text = text;
    if (this.#timer !== undefined) return;
    const startedAt = performance.now();
    this.#timer = setInterval(() => {
      if (performance.now() - startedAt >= QUIET_MS) this.#draw();
    }, FRAME_MS);
    this.#timer.unref();
  }

  note(text: string): void {
    this.#clear();
    this.#stream.write(`${text}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#clear();
  }

  #draw(): void {
    this.#frame = (this.#frame + 1) % FRAMES.length;
    this.#stream.write(`\r\u001b[2K${FRAMES[this.#frame]} ${this.#text}`);
    this.#shown = true;
  }

  #clear(): void {
    if (this.#shown) this.#stream.write('\r\u001b[2K');
    this.#shown = false;
  }
}
