import type { ProfileFile } from '../../../schema/generated/types.ts';
import { didYouMean } from '../../../schema/suggest.ts';
import { TEMPLATE_VARIABLES } from '../../../schema/template-variables.ts';
import type { TemplateRead } from '../../templates/template.ts';
import { templateOf } from './render-file.ts';

/** What is wrong with a profile, said of a field of its document. */
export interface ProfileFinding {
  code: string;
  message: string;
  pointer: string;
  inText?: { line: number; column: number };
}

/** What is wrong with one file by itself. `pointer` is where it stands, `shown` how a person would call that. */
export function checkFile(file: ProfileFile, pointer: string, shown: string): ProfileFinding[] {
  const findings: ProfileFinding[] = [];
  const said = (['content', 'template', 'from'] as const).filter((field) => file[field] !== undefined);
  if (said.length !== 1) {
    const found = said.join(' and ') || 'none';
    const message = `\`${shown}\` must have exactly one of content, template, from, found ${found}`;
    findings.push({ code: 'exactly-one', message, pointer });
  }
  if (file.optional && file.from === undefined) {
    const message = `\`${shown}.optional\` is for files with \`from\`: remove it`;
    findings.push({ code: 'not-allowed', message, pointer: `${pointer}/optional` });
  }
  return file.template === undefined ? findings : [...findings, ...checkTemplate(file, `${pointer}/template`)];
}

function checkTemplate(file: ProfileFile, pointer: string): ProfileFinding[] {
  const parsed = templateOf(file);
  if ('fault' in parsed) {
    const { line, column, message } = parsed.fault;
    return [{ code: 'template-syntax', message: `the template: ${message}`, pointer, inText: { line, column } }];
  }
  return parsed.template.reads.flatMap((read) => {
    const message = unknownVariable(read);
    return message === undefined ? [] : [{ code: 'unknown-variable', message, pointer, inText: placeOf(read) }];
  });
}

/** Every variable by its parts; `<label>` and `<name>` stand for any. */
const KNOWN = TEMPLATE_VARIABLES.map(({ name }) => name.split('.'));
const ROOTS = [...new Set(KNOWN.map(([root]) => root!))];

/** What to say of a variable that no template has, undefined = it may be there. */
function unknownVariable({ path }: TemplateRead): string | undefined {
  if (KNOWN.some((known) => matches(known, path))) return undefined;
  const [root] = path;
  const shown = path.join('.');
  if (root === undefined || !ROOTS.includes(root)) {
    return `there is no variable \`${shown}\`${didYouMean(root ?? '', ROOTS) || `; templates see ${ROOTS.join(', ')}`}`;
  }
  const own = KNOWN.filter((known) => known[0] === root).map((known) => known.join('.'));
  return `there is no variable \`${shown}\`${didYouMean(shown, own) || `; known are ${own.join(', ')}`}`;
}

/** One is the beginning of the other: `host` is a map, and `host.name.size` a length. */
function matches(known: readonly string[], path: readonly string[]): boolean {
  return known.every((part, index) => part.startsWith('<') || path[index] === undefined || part === path[index]);
}

/** The place of a read in the text. */
export function placeOf({ line, column }: TemplateRead): { line: number; column: number } {
  return { line, column };
}
