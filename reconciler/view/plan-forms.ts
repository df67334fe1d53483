import { formatDiagnostic, type Diagnostic } from '../model/diagnostic.ts';
import { cleanText } from '../status/text.ts';
import type { ProposedPlan } from './make-plan.ts';
import { countChanges, planFooter, plural, renderPlan } from './plan-text.ts';

/** A plan, and lines that say of what it is one. */
export interface TitledPlan extends ProposedPlan {
  title: readonly string[];
  /** What is wrong in what is proposed. */
  diagnostics: readonly Diagnostic[];
}

/** Findings that are listed; more are counted. */
const MOST_FINDINGS = 50;

/** The plan as text, as `intendant plan` prints it. */
export function planPlain(plan: TitledPlan): string {
  return `${[...titleOf(plan), ...findings(plan.diagnostics), '', body(plan)].join('\n')}\n`;
}

/** Characters of one line of a title. */
const MOST_TITLE = 300;
/** A plan of more lines than this is folded. */
const FOLD_FROM = 60;
/** Characters of the plan itself: GitHub takes comments of 65,536, and there is more in one than the plan. */
const MOST_CHARACTERS = 58_000;
/** Warnings that stand before a folded plan. */
const MOST_WARNINGS = 20;

/**
 * The plan as Markdown for a comment on a review. What the repository says stands in fences that nothing in it can end. A long
 * one is folded behind its warnings, and one that no forge would take is cut, and says so.
 */
export function planMarkdown(plan: TitledPlan): string {
  const listed = findings(plan.diagnostics);
  const { lines, rest } = cut(body(plan).split('\n').map(forDiff));
  const long = lines.length > FOLD_FROM;
  const warnings = long ? warningsOf(plan) : [];
  return `${[
    `### ${planFooter(countChanges(plan.changes))}`,
    '',
    fenced('', titleOf(plan)),
    ...(listed.length > 0 ? ['', '**Findings**', '', fenced('', listed)] : []),
    ...(warnings.length > 0 ? ['', '**Warnings**', '', fenced('', warnings)] : []),
    '',
    ...(long ? [`<details><summary>The plan, ${plural(lines.length + rest, 'line')}</summary>`, ''] : []),
    fenced('diff', lines),
    ...(rest > 0
      ? ['', `The rest, ${plural(rest, 'line')}, does not fit here: \`intendant plan\` shows all of it.`]
      : []),
    ...(long ? ['', '</details>'] : []),
  ].join('\n')}\n`;
}

function warningsOf({ operations, profiles }: TitledPlan): string[] {
  const all = [
    ...operations.flatMap(({ name, warnings }) => warnings.map((warning) => `Operation/${name}: ${warning}`)),
    ...profiles.flatMap(({ cluster, warnings }) => warnings.map((warning) => `Cluster/${cluster}: ${warning}`)),
  ].map((line) => cleanText(line));
  const rest = all.length - MOST_WARNINGS;
  return rest > 0 ? [...all.slice(0, MOST_WARNINGS), `and ${rest} more`] : all;
}

/** As many lines as fit, and how many do not. */
function cut(lines: readonly string[]): { lines: readonly string[]; rest: number } {
  let left = MOST_CHARACTERS;
  const fitting = lines.findIndex((line) => (left -= line.length + 1) < 0);
  return fitting < 0 ? { lines, rest: 0 } : { lines: lines.slice(0, fitting), rest: lines.length - fitting };
}

function titleOf({ title }: TitledPlan): string[] {
  return title.map((line) => cleanText(line, MOST_TITLE));
}

function body({ changes, operations, profiles }: TitledPlan): string {
  return renderPlan(changes, operations, (_tone, text) => text, profiles);
}

function findings(diagnostics: readonly Diagnostic[]): string[] {
  const rest = diagnostics.length - MOST_FINDINGS;
  const lines = diagnostics.slice(0, MOST_FINDINGS).map((each) => cleanText(formatDiagnostic(each)));
  return rest > 0 ? [...lines, `and ${rest} more`] : lines;
}

/** `  + Host/a` → `+ Host/a`: where forges colour lines they look at the first character. */
function forDiff(line: string): string {
  const [, symbol, rest = ''] = /^(?: {2}([+-]) |(?= {2}~ |-\/\+ ))(.*)$/s.exec(line) ?? [];
  if (symbol !== undefined) return `${symbol} ${rest}`;
  return /^(?: {2}~|-\/\+) /.test(line) ? `! ${line.trimStart()}` : line;
}

function fenced(language: string, lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence].join('\n');
}
