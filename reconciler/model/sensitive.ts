import { inspect } from 'node:util';

const SHOWN = '(sensitive)';

/**
 * A secret. Printing, templating, JSON and inspection show `(sensitive)`; only `reveal()` gives the value, and it is
 * called at the socket and nowhere else.
 */
export class Sensitive {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
