import { formatDiagnostic, type Diagnostic } from '../../model/diagnostic.ts';
import { cleanText } from '../../status/text.ts';
import type { BranchPlan } from '../http/git-reading.ts';
import { countChanges, planFooter, renderPlan } from '../plan-text.ts';

/** Findings that are listed; more are counted. */
const MOST_FINDINGS = 50;

/** The plan as text, as `intendant plan` prints it. */
export function planPlain(plan: BranchPlan): string {
  return `${[heading(plan), ...findings(plan.diagnostics), '', body(plan)].join('\n')}\n`;
}

/** The plan as Markdown for a review. What the repository says stands in fences that nothing in it can end. */
export function planMarkdown(plan: BranchPlan): string {
  const listed = findings(plan.diagnostics);
  return `${[
    `### ${planFooter(countChanges(plan.changes))}`,
    '',
    fenced('', [heading(plan)]),
    ...(listed.length > 0 ? ['', '**Findings**', '', fenced('', listed)] : []),
    '',
    fenced('diff', body(plan).split('\n').map(forDiff)),
  ].join('\n')}\n`;
}

function heading({ branch, head, base }: BranchPlan): string {
  return `Plan of ${cleanText(branch, 200)} at ${head.slice(0, 12)}, compared with ${base.slice(0, 12)}`;
}

function body({ changes, operations, profiles }: BranchPlan): string {
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
