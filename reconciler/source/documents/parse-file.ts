import type { Diagnostic } from '../../model/diagnostic.ts';
import type { ParsedDocument, ParsedFile } from '../source.ts';
import { LIMITS } from './limits.ts';
import { LineTable } from './line-table.ts';
import { diagnosticOf, readDocument } from './read-document.ts';
import { readYaml } from './yaml-stream.ts';

/**
 * A file's bytes as validated documents, or what is wrong with them, all at once. Pure, bounded in time and depth, and
 * never throws for any input. Diagnostics have no file name yet: the same blob may stand at several paths.
 */
export function parseFile(oid: string, bytes: Uint8Array): ParsedFile {
  if (bytes.length > LIMITS.fileBytes) {
    return refused(oid, 'file-too-large', `the file is larger than ${LIMITS.fileBytes} bytes`, 1, 1);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const lenient = new TextDecoder('utf-8').decode(bytes);
    const [line, column] = new LineTable(lenient).position(Math.max(0, lenient.indexOf('\uFFFD')));
    return refused(oid, 'not-utf8', 'the file is not UTF-8 text', line, column);
  }
  return parseText(oid, text);
}

/** YAML ends a line there, and the parser does not: what follows a comment would be passed over. */
const LONE_RETURN = /\r(?!\n)/;

function parseText(oid: string, text: string): ParsedFile {
  const lines = new LineTable(text);
  const lone = text.search(LONE_RETURN);
  if (lone >= 0) {
    const message = 'a carriage return without a line feed: end lines with LF or CRLF';
    return refused(oid, 'control-character', message, ...lines.position(lone));
  }
  const { documents: yamlDocuments, refused: fault } = readYaml(text);
  if (fault) return { oid, documents: [], diagnostics: [diagnosticOf(fault, lines)] };
  const documents: ParsedDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const yaml of yamlDocuments) {
    const read = readDocument(yaml, lines);
    if (read.document) documents.push(read.document);
    diagnostics.push(...read.diagnostics.slice(0, LIMITS.diagnostics));
  }
  return { oid, documents, diagnostics: capped(diagnostics) };
}

/** In the order of the file. The last of too many says how many were left out. */
function capped(diagnostics: Diagnostic[]): Diagnostic[] {
  const sorted = diagnostics.sort((a, b) => a.line - b.line || a.column - b.column);
  if (sorted.length <= LIMITS.diagnostics) return sorted;
  const kept = sorted.slice(0, LIMITS.diagnostics);
  const rest = sorted.length - kept.length;
  kept.push({ ...sorted[kept.length]!, code: 'too-many-diagnostics', message: `and ${rest} more in this file` });
  return kept;
}

function refused(oid: string, code: string, message: string, line: number, column: number): ParsedFile {
  return { oid, documents: [], diagnostics: [{ severity: 'error', code, message, file: '', line, column }] };
}
