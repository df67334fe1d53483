import type { Random } from '../../reconciler/model/clock.ts';
import { SCHEMAS } from '../../schema/generated/schemas.ts';

/** Values that one reader or another may stumble over. */
const SCALARS = [
  ...['~', 'null', 'true', 'no', '0', '-1', '1e400', '.nan', '.inf', '0x7f', '0o17', '9007199254740993', '2026-11-22'],
  ...[
    '""',
    "''",
    '"\\u0000"',
    '"\\x1b[31m"',
    '"\\ud800"',
    '"\u202e"',
    'web-1',
    'Host/web-1',
    '../../etc/passwd',
    '10s',
    '50%',
  ],
  ...[
    'main@sha1:' + 'a'.repeat(40),
    '2026-11-22T00:00:00.000Z',
    'True',
    'Ready',
    'intendant/v1',
    '|1|',
    '<<',
    '!!binary aGk=',
  ],
  ...[
    '!!js/function x',
    '!<tag:x> y',
    '&a b',
    '*a',
    '"' + 'x'.repeat(3000) + '"',
    '[]',
    '{}',
    '? a',
    ': b',
    '%YAML 9.9',
  ],
];
const FIELDS = [...new Set(['apiVersion', 'kind', 'metadata', 'spec', 'name', 'labels', ...fieldsOf(SCHEMAS)])];
const STATUS_FIELDS = [
  ...[
    'key',
    'cluster',
    'status',
    'conditions',
    'observedGeneration',
    'lastAppliedRevision',
    'lastAttemptedRevision',
    'detail',
  ],
  ...[
    'type',
    'reason',
    'message',
    'lastTransitionTime',
    'fleet',
    'format',
    'heartbeat',
    'version',
    'store',
    'id',
    'epoch',
  ],
  ...[
    'sequence',
    'revision',
    'held',
    'halts',
    'branch',
    'accepted',
    'tip',
    'refused',
    '__proto__',
    'constructor',
    '<<',
  ],
];

/** Text that is YAML, nearly, with the fields of our documents. */
export function yamlText(random: Random): string {
  return yamlOf(random, FIELDS);
}

/** The same with the fields of the status branch. */
export function statusText(random: Random): string {
  return yamlOf(random, STATUS_FIELDS);
}

function yamlOf(random: Random, fields: readonly string[]): string {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const chance = (share: number): boolean => random() < share;
  if (chance(0.02)) return deep(random, pick);
  const value = (depth: number, indent: string): string => {
    const room = depth < 6;
    if (room && chance(0.3)) return `\n${map(depth + 1, `${indent}  `)}`;
    if (room && chance(0.15)) return `\n${list(depth + 1, `${indent}  `)}`;
    if (room && chance(0.1)) return ` ${flow(depth + 1)}`;
    if (chance(0.05)) return ` ${pick(['|', '>', '|+2', '>-'])}\n${indent}   text ${pick(SCALARS)}`;
    return ` ${chance(0.05) ? pick(['&a ', '&b ', '!!str ', '!x ']) : ''}${pick(SCALARS)}`;
  };
  const lines = (count: number, line: () => string): string => Array.from({ length: count }, line).join('\n');
  const size = (): number => 1 + Math.floor(random() * 6);
  const map = (depth: number, indent: string): string =>
    lines(size(), () => `${indent}${pick(fields)}:${value(depth, indent)}${chance(0.05) ? ' # so' : ''}`);
  const list = (depth: number, indent: string): string => lines(size(), () => `${indent}-${value(depth, indent)}`);
  const flow = (depth: number): string => {
    const inner = (): string => (depth < 8 && chance(0.4) ? flow(depth + 1) : pick(SCALARS));
    return chance(0.5)
      ? `[${Array.from({ length: size() }, inner).join(', ')}]`
      : `{${Array.from({ length: size() }, () => `${pick(fields)}: ${inner()}`).join(', ')}}`;
  };
  const head = (): string => (chance(0.6) ? `apiVersion: intendant/v1\nkind: ${pick(KINDS)}\n` : '');
  const text = Array.from({ length: chance(0.2) ? size() : 1 }, () => `${head()}${map(0, '')}\n`).join('---\n');
  return chance(0.05) ? text.replaceAll('\n', '\r\n') : text;
}

const KINDS = ['Fleet', 'Cluster', 'Host', 'Network', 'ContainerManager', 'HostProfile', 'Operation', 'Secret', 'host'];

/** Far deeper, wider or with more references than any document of ours. */
function deep(random: Random, pick: <T>(of: readonly T[]) => T): string {
  const many = 10 + Math.floor(random() * 6000);
  const levels = Math.min(many, 40);
  return pick([
    () => '['.repeat(many),
    () => 'a: ' + '{a: '.repeat(many),
    () => `${'['.repeat(many)}${']'.repeat(many)}`,
    () => '- '.repeat(many),
    () => '? '.repeat(many),
    () => Array.from({ length: Math.min(many, 300) }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    () =>
      [
        'a0: &a0 x',
        ...Array.from({ length: levels }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`),
      ].join('\n'),
    () => Array.from({ length: many }, (_, i) => `k${i}: ${i}`).join('\n'),
    () => `a: ${'"'.repeat(many)}`,
    () => '&a '.repeat(many),
    () => `a: !!${'x'.repeat(many)} y`,
    () => '---\n'.repeat(many),
    () => `# ${'c'.repeat(many)}\n`.repeat(20),
  ])();
}

/** Names of the properties that a schema speaks of, at any depth. */
function fieldsOf(schema: unknown): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  const { properties } = schema as { properties?: Record<string, unknown> };
  return [...Object.keys(properties ?? {}), ...Object.values(schema).flatMap(fieldsOf)];
}
