import { invalid, quoted } from './query.ts';
import type { ResourceView } from './resource-view.ts';

/** Whether an object is meant. */
export type FieldSelector = (view: ResourceView) => boolean;

const FIELD = /^([A-Za-z0-9_][A-Za-z0-9_.\-/]{0,200}?)(==|=|!=)(.*)$/su;
const MOST_STEPS = 10;

/** Members of a resource, by which every path begins. */
const ROOTS: ReadonlySet<string> = new Set<keyof ResourceView>([
  'key',
  'kind',
  'name',
  'desired',
  'status',
  'conditions',
  'revision',
  'diff',
]);

/**
 * Reads `path=value`, `path==value` or `path!=value`, a parameter each; all must hold. A path names members as they stand in
 * the answer, `status.status=active`; in a list any item counts, and a condition is named by its type, `conditions.Ready=True`.
 * A path that leads nowhere is equal to nothing. Throws InvalidInput `BAD_FIELD`.
 */
export function parseFieldSelector(texts: readonly string[]): FieldSelector {
  const tests = texts.map(requirement);
  return (view) => tests.every((test) => test(view));
}

function requirement(text: string): FieldSelector {
  const [, path, operator, value = ''] = FIELD.exec(text) ?? [];
  const steps = path?.split('.') ?? [];
  if (path === undefined || steps.length > MOST_STEPS) {
    throw invalid('BAD_FIELD', `The field ${quoted(text)} cannot be read.`, 'Write for example status.status=active.');
  }
  if (!ROOTS.has(steps[0]!)) {
    const known = [...ROOTS].join(', ');
    throw invalid(
      'BAD_FIELD',
      `No resource has a member ${quoted(steps[0]!)}.`,
      `A path begins with one of: ${known}.`,
    );
  }
  return (view) => holds(view, steps, value) === (operator !== '!=');
}

function holds(value: unknown, steps: readonly string[], wanted: string): boolean {
  const [step, ...rest] = steps;
  if (Array.isArray(value)) {
    const items = value as unknown[];
    const typed = step === undefined ? undefined : items.find((item) => member(item, 'type') === step);
    if (typed !== undefined) return holds(rest.length === 0 ? member(typed, 'status') : typed, rest, wanted);
    return items.some((item) => holds(item, steps, wanted));
  }
  if (step === undefined) return isScalar(value) && String(value) === wanted;
  return holds(member(value, step), rest, wanted);
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
