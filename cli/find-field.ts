import { InvalidInput } from '../reconciler/model/errors.ts';
import { describeField, namesAlong, type FieldWithMembers } from '../schema/describe-field.ts';
import { DAEMON_SCHEMA, findKind, kindDefinition } from '../schema/registry.ts';
import { didYouMean } from '../schema/suggest.ts';
import { kindNamed } from './get-objects.ts';

/** The field that `host.spec.address` means. Throws InvalidInput `USAGE` for a kind or field that is not there. */
export function fieldNamed(text: string): { kind: string; field: FieldWithMembers } {
  const [word = '', ...path] = text.split('.');
  const isDaemon = word.toLowerCase() === 'daemon' && !findKind(word);
  const kind = isDaemon ? 'Daemon' : kindNamed(word);
  const schema = isDaemon ? DAEMON_SCHEMA : kindDefinition(kind)!.schema;
  const field = describeField(schema, path);
  if (field) return { kind, field };
  const { depth, names } = namesAlong(schema, path);
  const wrong = path[depth] ?? '';
  const above = [kind, ...path.slice(0, depth)].join('.');
  throw new InvalidInput(`${above} has no field "${wrong}"${didYouMean(wrong, names) || '.'}`, {
    code: 'USAGE',
    hint: names.length === 0 ? `intendant schema ${above} shows it.` : `It has: ${names.join(', ')}.`,
  });
}
