import type { Screen } from '../base-command.ts';
import { LiveText } from '../output/live-text.ts';
import { renderRestart, restartNews, type RestartRow } from './restart-view.ts';

/** Where the demo is shown: it moves on a terminal, and is a line for each event elsewhere. */
export class Stage {
  readonly #stream: { write(text: string): unknown };
  readonly #screen: Screen;
  readonly #live: LiveText;
  #rows: readonly RestartRow[] = [];

  constructor(stream: { write(text: string): unknown }, screen: Screen) {
    this.#stream = stream;
    this.#screen = screen;
    this.#live = new LiveText(stream);
  }

  /** A heading: what happens now. */
  act(text: string): void {
    this.#stream.write(`${this.#screen.paint('strong', `==> ${text}`)}\n`);
  }

  /** Lines below it. */
  say(text: string): void {
    this.#stream.write(`${text.replace(/^(?=.)/gm, '    ')}\n`);
  }

  /** The restart at this moment. */
  restart(rows: readonly RestartRow[]): void {
    if (this.#screen.interactive) {
      const width = this.#screen.width === undefined ? undefined : this.#screen.width - 4;
      this.#live.draw(renderRestart(rows, { paint: this.#screen.paint, width }).replace(/^/gm, '    '));
    } else {
      for (const line of restartNews(this.#rows, rows)) this.say(line);
    }
    this.#rows = rows;
  }
}
