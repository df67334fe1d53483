/** What a file of the config repository may be at most. Beyond it, it is refused with a diagnostic. */
export const LIMITS = {
  /** Bytes of one file. */
  fileBytes: 1024 * 1024,
  /** Maps and lists inside one another. Far above any real document, far below what would overflow the stack. */
  depth: 64,
  /** Documents of one file. */
  documents: 2000,
  /** Lexical parts of one file: names, values, marks and the spaces between them. 2,000 hosts have about 200,000. */
  parts: 500_000,
  /** Diagnostics of one file; what follows is counted. */
  diagnostics: 200,
} as const;

/** Raise it whenever the same bytes give another `ParsedFile`: cached results of older parsers are then left alone. */
export const PARSER_VERSION = 3;
