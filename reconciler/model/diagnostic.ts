import type { ResourceKey } from './resource.ts';

/** One finding in the config repository. `error` holds its cluster back; `warning` does not. */
export interface Diagnostic {
  severity: 'error' | 'warning';
  /** Stable code in kebab-case: `unknown-field`. */
  code: string;
  /** What was found and what is expected, one sentence. */
  message: string;
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** The resource concerned, where it is known. */
  key?: ResourceKey;
  /** The cluster that this diagnostic holds back; absent = it holds all. */
  cluster?: string;
}

/** `file:line:column: severity: message [code]`, the form that editors and terminals make clickable. */
export function formatDiagnostic(d: Diagnostic): string {
  return `${d.file}:${d.line}:${d.column}: ${d.severity}: ${d.message} [${d.code}]`;
}
