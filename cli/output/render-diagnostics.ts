import { formatDiagnostic, type Diagnostic } from '../../reconciler/model/diagnostic.ts';
import { plural } from '../../reconciler/view/plan-text.ts';
import type { Paint } from './paint.ts';
import { plainLine } from './plain.ts';

/** A line for each finding: `file:line:column: error: message [code]`. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], paint: Paint): string[] {
  return diagnostics.map((diagnostic) =>
    plainLine(formatDiagnostic(diagnostic)).replace(
      /: (error|warning): /,
      (_, word: string) => `: ${paint(word === 'error' ? 'bad' : 'attention', word)}: `,
    ),
  );
}

/** `3 errors, 1 warning`; `no errors` when there are none. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return `${errors === 0 ? 'no errors' : plural(errors, 'error')}${warnings === 0 ? '' : `, ${plural(warnings, 'warning')}`}`;
}
