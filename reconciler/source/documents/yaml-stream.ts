import type { Document, ParsedNode } from 'yaml';
import { Composer, Lexer, Parser } from 'yaml';
import { LIMITS } from './limits.ts';

export type YamlDocument = Document.Parsed<ParsedNode>;

/** Something wrong at an offset of the text. */
export interface Fault {
  code: string;
  message: string;
  offset: number;
}

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  // `!!set`, `!!binary` and the like would otherwise be understood when named.
  resolveKnownTags: false,
  // Comparing every key with every other is quadratic; duplicates are found while values are read.
  uniqueKeys: false,
  merge: false,
  strict: true,
  prettyErrors: false,
} as const;

/**
 * The YAML documents of a text. Lexing and parsing keep their own stack; composing recurses, so a text that is nested too
 * deeply is refused before it gets there, and as soon as the limit is passed.
 */
export function readYaml(text: string): { documents: YamlDocument[]; refused?: Fault } {
  const lexer = new Lexer();
  const parser = new Parser();
  const composer = new Composer<ParsedNode>(OPTIONS);
  const documents: YamlDocument[] = [];
  let parts = 0;
  let strange = 0;
  for (const lexeme of lexer.lex(text)) {
    if (++parts > LIMITS.parts) return { documents: [], refused: tooManyParts(parser.offset) };
    for (const token of parser.next(lexeme)) {
      // Each one costs the composer far more than its byte: what is mostly errors is not read to its end.
      if ((token.type === 'error' || token.type === 'directive') && ++strange > LIMITS.diagnostics) {
        return { documents: [], refused: notYaml(token.offset) };
      }
      for (const document of composer.next(token)) documents.push(document);
      if (documents.length > LIMITS.documents) return { documents: [], refused: tooMany(documents.at(-1)!) };
    }
    // The stack holds the document, one entry for each open map or list, and the scalar being read.
    if (openCollections(parser) > LIMITS.depth) return { documents: [], refused: tooDeep(parser.offset) };
  }
  for (const token of parser.end()) for (const document of composer.next(token)) documents.push(document);
  // Forced, so that errors before any document are not lost.
  for (const document of composer.end(true, text.length)) documents.push(document);
  if (documents.length > LIMITS.documents) return { documents: [], refused: tooMany(documents.at(-1)!) };
  return { documents };
}

function openCollections(parser: Parser): number {
  if (parser.stack.length <= LIMITS.depth) return 0;
  return parser.stack.filter(({ type }) => type.startsWith('block-') || type === 'flow-collection').length;
}

function tooDeep(offset: number): Fault {
  return { code: 'too-deep', message: `nested more than ${LIMITS.depth} levels deep`, offset };
}

function tooManyParts(offset: number): Fault {
  return { code: 'too-many-parts', message: 'too many values in one file: spread them over several', offset };
}

function notYaml(offset: number): Fault {
  return { code: 'yaml-syntax', message: 'this is not YAML: too many errors to list', offset };
}

function tooMany(document: YamlDocument): Fault {
  const message = `more than ${LIMITS.documents} documents in one file: spread them over several`;
  return { code: 'too-many-documents', message, offset: document.range[0] };
}
