import { daemonSettings } from '../../schema/defaults.ts';
import { pointerSegment, splitPointer } from '../../schema/finding.ts';
import { Sensitive } from '../model/sensitive.ts';
import { isFields } from './layer.ts';
import type { MergedConfig } from './load.ts';

/** One field of the configuration in force. */
export interface ConfigValue {
  /** `ssh.identities.default.keyFile`. */
  field: string;
  value: unknown;
  /** `file:line:column`, a variable, a flag, `default`; of a secret the file or variable that holds it. */
  source: string;
}

/** Fields that name the file or variable of a secret. */
const OF_A_SECRET = /^(password|token|key|passphrase|secret)(File|Env)$/;
/** Fields of the entries of a list that hold a secret themselves. */
const INLINE_SECRET = /^hash$|password|secret|token|credential/i;

/**
 * The fields of a merged configuration with the schema's defaults, and where each value comes from. A secret is a field of
 * its own, `(sensitive)`; its content is not read.
 */
export function describeConfig({ document, origins }: MergedConfig): { config: object; values: ConfigValue[] } {
  const config = withoutSecrets(daemonSettings(document)) as object;
  const values: ConfigValue[] = [];
  flatten(config, '', (pointer, value) => {
    const path = splitPointer(pointer);
    const source = origins.get(pointer)?.locate({ pointer, at: 'value' }) ?? 'default';
    values.push({ field: fieldOf(path), value, source });
    const name = path.at(-1)!;
    if (!OF_A_SECRET.test(name) || typeof value !== 'string') return;
    const field = fieldOf([...path.slice(0, -1), name.replace(/(File|Env)$/, '')]);
    values.push({ field, value: new Sensitive(value), source: name.endsWith('Env') ? `variable ${value}` : value });
  });
  return { config, values };
}

/** Hashes of passwords, and what an authenticator outside the project is given under the name of a secret, are not shown. */
function withoutSecrets(value: unknown, name = '', inList = false): unknown {
  const isSecret = inList && INLINE_SECRET.test(name) && !/(File|Env)$/.test(name);
  if (isSecret && value !== null && value !== undefined) return new Sensitive(JSON.stringify(value));
  if (Array.isArray(value)) return value.map((each) => withoutSecrets(each, '', true));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutSecrets(each, key, inList)]));
}

function flatten(fields: object, at: string, visit: (pointer: string, value: unknown) => void): void {
  for (const [name, value] of Object.entries(fields)) {
    const pointer = `${at}/${pointerSegment(name)}`;
    if (isFields(value) && Object.keys(value).length > 0) flatten(value, pointer, visit);
    else visit(pointer, value);
  }
}

/** Names with dots in them stand in brackets. */
function fieldOf(path: readonly string[]): string {
  return path.map((name, index) => (/[.:]/.test(name) ? `["${name}"]` : index === 0 ? name : `.${name}`)).join('');
}
