import type { Template as Part, Variable } from 'liquidjs';
import type { JsonObject } from '../model/json.ts';
import { templateEngine } from './engine.ts';
import { faultOf } from './fault.ts';
import type { TemplateFault } from './fault.ts';
import { TEMPLATE_LIMITS } from './limits.ts';

/** A place where a template reads something that it is given. */
export interface TemplateRead {
  /** `host.labels.role` is three; what comes after a computed name is left out. */
  path: readonly string[];
  /** In the template's text, from 1. */
  line: number;
  /** From 1. */
  column: number;
}

export type Rendered = { text: string } | { fault: TemplateFault };
export type ParsedTemplate = { template: Template } | { fault: TemplateFault };

/** A template that could be read. Renders the same text for the same values, whenever and wherever. */
export class Template {
  readonly #parts: Part[];
  #reads: readonly TemplateRead[] | undefined;

  constructor(parts: Part[]) {
    this.#parts = parts;
  }

  /** What it reads of its values, in the order of the text. */
  get reads(): readonly TemplateRead[] {
    this.#reads ??= readsOf(this.#parts);
    return this.#reads;
  }

  /** Never throws: what a template does wrong is told as a fault. `values` is not changed. */
  render(values: JsonObject): Rendered {
    try {
      return { text: templateEngine().renderSync(this.#parts, values) as string };
    } catch (error) {
      return { fault: faultOf(error) };
    }
  }
}

/** Reads a template. Never throws. */
export function parseTemplate(text: string): ParsedTemplate {
  const excess = excessOf(text);
  if (excess !== undefined) return { fault: { line: 1, column: 1, message: excess } };
  try {
    const template = new Template(templateEngine().parse(text));
    // Finds names that cannot be told too.
    void template.reads;
    return { template };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

/** What is too much of a template to be read at all; the library itself recurses over blocks. */
function excessOf(text: string): string | undefined {
  if (text.length > TEMPLATE_LIMITS.text) return `it is longer than ${TEMPLATE_LIMITS.text} characters`;
  let marks = 0;
  let depth = 0;
  let end = 0;
  for (const { 0: open, 1: tag = '', index } of text.matchAll(/\{\{|\{%-?\s*(\w*)/g)) {
    if (++marks > TEMPLATE_LIMITS.marks) return `it has more than ${TEMPLATE_LIMITS.marks} marks`;
    if (end < index) end = text.indexOf(open === '{{' ? '}}' : '%}', index);
    // Not closed: the library says so.
    if (end < 0) return undefined;
    if (end - index > TEMPLATE_LIMITS.mark) return `it has a mark of more than ${TEMPLATE_LIMITS.mark} characters`;
    if (tag.startsWith('end')) depth--;
    else if (BLOCKS.has(tag)) depth++;
    if (depth > TEMPLATE_LIMITS.depth) return `its blocks are nested more than ${TEMPLATE_LIMITS.depth} deep`;
  }
  return undefined;
}

const BLOCKS = new Set(['if', 'unless', 'for', 'case', 'capture', 'comment', 'raw']);

function readsOf(parts: Part[]): TemplateRead[] {
  const { globals } = templateEngine().analyzeSync(parts, { partials: false });
  return Object.values(globals)
    .flat()
    .map(readOf)
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

function readOf({ segments, location }: Variable): TemplateRead {
  const computed = segments.findIndex((segment) => typeof segment === 'object');
  const named = computed < 0 ? segments : segments.slice(0, computed);
  return { path: named.map(String), line: location.row, column: location.col };
}
