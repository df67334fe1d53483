/** What is known of the place that output goes to. */
export interface Terminal {
  /** A person is watching: progress may move and colour may be used. */
  interactive: boolean;
  color: boolean;
  /** Characters in a line; undefined when output goes to a file or a pipe, which have no width. */
  width: number | undefined;
}

/** The part of a stream that matters here. */
export interface OutputStream {
  isTTY?: boolean;
  columns?: number;
}

/** Reads a stream and the environment. Colour needs a terminal, no `NO_COLOR` (any text but an empty one), and a `TERM` other than `dumb`. */
export function terminalOf(stream: OutputStream, environment: Record<string, string | undefined>): Terminal {
  const isTerminal = stream.isTTY === true;
  const dumb = environment['TERM'] === 'dumb';
  return {
    interactive: isTerminal && !dumb,
    color: isTerminal && !dumb && !environment['NO_COLOR'],
    width: isTerminal ? (stream.columns ?? 80) : undefined,
  };
}
