import type { Diagnostic } from '../model/diagnostic.ts';
import type { Json } from '../model/json.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { RevisionRecord } from '../store/records.ts';
import { listField, mapField, numberField, optionalTextField, textField, wordField } from './fields.ts';
import { steady } from './render-object.ts';
import { parseSafeYaml } from './safe-yaml.ts';
import { stableYaml } from './stable-yaml.ts';

/** More than the daemon ever writes. */
const MAX_DIAGNOSTICS = 1000;

/** Findings in the config repository: at most 200, and how many there are in all. */
export interface DiagnosticList {
  diagnostics: Diagnostic[];
  total: number;
}

/** `diagnostics.yaml`: the findings at the tip of the config branch; there also when there are none. */
export function renderDiagnostics(revision: RevisionRecord | undefined): string {
  const diagnostics = (revision?.diagnostics ?? []).map((diagnostic) => steady({ ...diagnostic }));
  return stableYaml({ diagnostics, total: revision?.diagnosticsTotal ?? 0 });
}

/** The inverse of `renderDiagnostics`, for a hostile branch. Throws InvalidInput `STATUS_FILE_UNREADABLE`. */
export function parseDiagnostics(path: string, text: string): DiagnosticList {
  const file = steady(parseSafeYaml(path, text));
  return {
    diagnostics: listField(path, 'diagnostics', file.diagnostics, MAX_DIAGNOSTICS).map((item) => readOne(path, item)),
    total: numberField(path, 'total', file.total),
  };
}

function readOne(path: string, item: Json): Diagnostic {
  const found = mapField(path, 'diagnostics', item);
  const key = optionalTextField(path, 'key', found.key);
  const cluster = optionalTextField(path, 'cluster', found.cluster);
  return {
    severity: wordField(path, 'severity', found.severity, ['error', 'warning'] as const),
    code: textField(path, 'code', found.code),
    message: textField(path, 'message', found.message),
    file: textField(path, 'file', found.file),
    line: numberField(path, 'line', found.line),
    column: numberField(path, 'column', found.column),
    ...(key === undefined ? {} : { key: key as ResourceKey }),
    ...(cluster === undefined ? {} : { cluster }),
  };
}
