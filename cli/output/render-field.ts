import type { Json } from '../../reconciler/model/json.ts';
import type { FieldDescription, FieldWithMembers } from '../../schema/describe-field.ts';
import type { Screen } from '../base-command.ts';
import { wrapText } from './wrap-text.ts';

/** Columns that a text is wrapped to where the terminal does not say its width. */
const WIDTH = 100;

/** A field as `kubectl explain` shows one: what it is, and the fields below it. */
export function renderField(kind: string, field: FieldWithMembers, { width = WIDTH, paint }: Screen): string {
  const columns = Math.min(width, WIDTH);
  const name = field.path === '' ? kind : `${kind}.${field.path}`;
  const lines = [`${paint('strong', name)} <${field.type}>`, ...wrapText(field.description, columns, '  ')];
  lines.push(...factsOf(field).map((fact) => `  ${fact}`));
  if (field.members.length === 0) return lines.join('\n');
  lines.push('', 'Fields:');
  for (const member of field.members) {
    const own = member.path.slice(member.path.lastIndexOf('.') + 1);
    lines.push(`  ${paint('strong', own)} <${member.type}>${member.required ? ' required' : ''}`);
    lines.push(...wrapText(member.description, columns, '    '));
    const facts = factsOf(member, { brief: true });
    if (facts.length > 0)
      lines.push(...wrapText(facts.join('; '), columns, '    ').map((line) => paint('quiet', line)));
  }
  return lines.join('\n');
}

function factsOf(field: FieldDescription, { brief = false } = {}): string[] {
  const facts: string[] = [];
  if (field.only) facts.push(`only for: ${field.only.join(', ')}`);
  if (field.values) facts.push(`one of: ${field.values.map(shown).join(', ')}`);
  if (field.default !== undefined) facts.push(`default: ${shown(field.default)}`);
  if (field.refersTo !== undefined) facts.push(`names a ${field.refersTo}`);
  if (field.mutable) facts.push('may change once the operation has begun');
  if (!brief && field.examples.length > 0) facts.push(`for example: ${field.examples.map(shown).join(', ')}`);
  return facts;
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
