import type { ErrorObject } from 'ajv';
import { compileDetailed } from './detailed.ts';
import { explainError } from './explain-error.ts';
import type { Finding } from './finding.ts';
import { VALIDATORS } from './generated/validators.ts';
import { allKinds, API_VERSION, DAEMON_SCHEMA, kindDefinition } from './registry.ts';
import type { SchemaNode } from './schema-node.ts';
import { didYouMean } from './suggest.ts';

/** More than these help nobody, and a hostile document could have hundreds of thousands. */
const MOST_FINDINGS = 100;

/**
 * Every finding about one document of the config repository, in the order of the document's fields. Only the schema of
 * the document's own kind speaks. Pure apart from the cache of compiled schemas; never throws for any input.
 */
export function validateDocument(value: unknown): Finding[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ code: 'not-a-map', message: 'a document must be a map of fields', pointer: '', at: 'value' }];
  }
  const { apiVersion, kind } = value as Record<string, unknown>;
  const definition = typeof kind === 'string' ? kindDefinition(kind) : undefined;
  if (definition) return validateWith(definition.schema, value);
  const findings = kind === undefined ? [missing('kind')] : [unknownKind(kind)];
  if (apiVersion === undefined) findings.unshift(missing('apiVersion'));
  else if (apiVersion !== API_VERSION) findings.unshift(wrongVersion(apiVersion));
  return findings;
}

/** Every finding about the daemon's own configuration (kind Daemon). */
export function validateDaemonConfig(value: unknown): Finding[] {
  return validateWith(DAEMON_SCHEMA, value);
}

function validateWith(schema: SchemaNode, value: unknown): Finding[] {
  if (VALIDATORS.get(schema.$id ?? '')?.(value)) return [];
  const validate = compileDetailed(schema);
  if (validate(value)) return [];
  return explainAll(validate.errors ?? [], schema);
}

function explainAll(errors: readonly ErrorObject[], root: SchemaNode): Finding[] {
  const found = new Map<string, Finding>();
  for (const error of errors) {
    const finding = explainError(error, root);
    // A wrong type may offend several keywords of one schema: said once.
    if (finding) found.set(`${finding.pointer} ${finding.message}`, finding);
    if (found.size > MOST_FINDINGS) break;
  }
  const all = [...found.values()];
  return all.filter((finding) => !isMisspelled(finding, all));
}

/** A missing field whose misspelling is already named needs no line of its own. */
function isMisspelled({ code, message, pointer }: Finding, all: readonly Finding[]): boolean {
  if (code !== 'missing-field') return false;
  const name = /([^.`]+)` is missing$/.exec(message)?.[1];
  return all.some(
    (other) =>
      other.code === 'unknown-field' &&
      other.pointer.slice(0, other.pointer.lastIndexOf('/')) === pointer &&
      other.message.endsWith(`did you mean \`${name}\`?`),
  );
}

function missing(field: string): Finding {
  return { code: 'missing-field', message: `\`${field}\` is missing`, pointer: '', at: 'value' };
}

function wrongVersion(found: unknown): Finding {
  const shown = typeof found === 'string' ? JSON.stringify(found.slice(0, 40)) : 'something else';
  const message = `\`apiVersion\` must be "${API_VERSION}", found ${shown}`;
  return { code: 'not-allowed', message, pointer: '/apiVersion', at: 'value' };
}

function unknownKind(found: unknown): Finding {
  const at = 'value';
  const pointer = '/kind';
  if (typeof found !== 'string') return { code: 'wrong-type', message: '`kind` must be a text', pointer, at };
  if (found === 'Daemon') {
    const message =
      'kind `Daemon` is the configuration of the daemon: it stands on its machine, not in this repository';
    return { code: 'unknown-kind', message, pointer, at };
  }
  const kinds = allKinds().map(({ kind }) => kind);
  const guess = didYouMean(found, kinds) || `; known are ${kinds.join(', ')}`;
  return { code: 'unknown-kind', message: `unknown kind \`${found.slice(0, 64)}\`${guess}`, pointer, at };
}
