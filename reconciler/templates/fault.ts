import { didYouMean } from '../../schema/suggest.ts';
import { RenderStop } from './bounded.ts';
import { FILTERS, TAGS } from './words.ts';

/** What is wrong with a template, and where. */
export interface TemplateFault {
  /** In the template's text, from 1. */
  line: number;
  /** From 1. */
  column: number;
  /** One sentence without a full stop, which says what to do. */
  message: string;
  /** The variable that has no value, where that is what is wrong. */
  variable?: string;
}

/** What the library threw, as a person would want it. */
export function faultOf(thrown: unknown): TemplateFault {
  const error = innermost(thrown);
  const [line, column] = placeOf(thrown) ?? placeOf(error) ?? [1, 1];
  const text = error instanceof Error ? error.message.replace(/, (file:\S+, )?line:\d+, col:\d+$/, '') : String(error);
  const variable = /^undefined variable: (.+)$/s.exec(text)?.[1];
  const message = variable === undefined ? explain(error, text) : `there is no \`${short(variable)}\``;
  return { line, column, message, ...(variable !== undefined && { variable }) };
}

function explain(error: unknown, text: string): string {
  if (error instanceof RenderStop) return text;
  if (error instanceof RangeError) return 'its blocks are nested too deeply';
  if (text.includes('limit exceeded')) return 'it makes too much text: make it and its loops shorter';
  const filter = /^undefined filter: (.+)$/s.exec(text)?.[1];
  if (filter !== undefined) return `unknown filter \`${short(filter)}\`${knownWords(filter, FILTERS)}`;
  const tag = /^tag "(.+)" not found$/s.exec(text)?.[1];
  if (tag?.startsWith('end')) return `\`{% ${short(tag)} %}\` has nothing to end`;
  if (tag !== undefined) return `unknown tag \`${short(tag)}\`${knownWords(tag, TAGS)}`;
  const open = /^tag (\{%-?\s*(\w+).*) not closed$/s.exec(text);
  if (open) return `\`${short(open[1]!)}\` is not closed: write \`{% end${open[2]} %}\``;
  if (/^output .* not closed$/s.test(text)) return '`{{` is not closed: write `}}`';
  if (/^tag .* not closed$/s.test(text)) return '`{%` is not closed: write `%}`';
  return `it cannot be read: ${short(text)}`;
}

function knownWords(word: string, known: readonly string[]): string {
  return didYouMean(word, known) || `; known are ${known.join(', ')}`;
}

/** The library wraps what went wrong, once for each block around it. */
function innermost(thrown: unknown): unknown {
  let error = thrown;
  for (let level = 0; level < 100; level++) {
    const inner = (error as { originalError?: unknown } | null)?.originalError;
    if (inner === undefined) return error;
    error = inner;
  }
  return error;
}

function placeOf(error: unknown): [number, number] | undefined {
  const token = (error as { token?: { getPosition?: () => number[] } } | null)?.token;
  const [line, column] = token?.getPosition?.() ?? [];
  return line === undefined || column === undefined ? undefined : [line, column];
}

const LONGEST_SHOWN = 80;

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= LONGEST_SHOWN ? line : `${line.slice(0, LONGEST_SHOWN)}…`;
}
