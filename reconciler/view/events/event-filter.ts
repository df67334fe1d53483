import { InvalidInput } from '../../model/errors.ts';
import { splitKey, type ResourceKey } from '../../model/resource.ts';
import { isKind, isName } from '../../status/layout.ts';
import { EVENT_TYPES, type EventType } from './event.ts';
import type { LoggedEvent } from './event-log.ts';

/** Which events a reader wants. */
export type EventFilter = (event: LoggedEvent) => boolean;

/** Values of one parameter; more is a mistake or an attack. */
const MOST_VALUES = 100;

/**
 * The filter that the parameters `kind`, `for` and `type` ask for; each may be given several times or as a list with commas, and
 * all must hold. `for=Host/web-1` also takes the steps of operations on that host. Throws InvalidInput `FILTER_INVALID`.
 */
export function filterOf(query: (name: string) => readonly string[]): EventFilter {
  const kinds = valuesOf(query, 'kind', isKind, 'a kind, for example Host');
  const keys = valuesOf(query, 'for', isKey, 'an object, for example Host/web-1');
  const types = valuesOf(query, 'type', isType, `one of ${EVENT_TYPES.join(', ')}`);
  if (!kinds && !keys && !types) return () => true;
  return ({ key, host, type }) =>
    (!types || types.has(type)) &&
    (!kinds || (key !== undefined && kinds.has(splitKey(key).kind))) &&
    (!keys || (key !== undefined && keys.has(key)) || (host !== undefined && keys.has(`Host/${host}`)));
}

function valuesOf(
  query: (name: string) => readonly string[],
  name: string,
  isValid: (value: string) => boolean,
  what: string,
): ReadonlySet<string> | undefined {
  const values = query(name).flatMap((value) => value.split(','));
  if (values.length === 0) return undefined;
  const wrong = values.length > MOST_VALUES ? values[MOST_VALUES] : values.find((value) => !isValid(value));
  if (wrong === undefined) return new Set(values);
  throw new InvalidInput(`The parameter ${name} holds ${JSON.stringify(wrong.slice(0, 100))}, which is not ${what}.`, {
    code: 'FILTER_INVALID',
    hint: `Write ${what}; several with commas, at most ${MOST_VALUES}.`,
  });
}

function isKey(text: string): text is ResourceKey {
  const slash = text.indexOf('/');
  return slash > 0 && isKind(text.slice(0, slash)) && isName(text.slice(slash + 1));
}

function isType(text: string): text is EventType {
  return (EVENT_TYPES as readonly string[]).includes(text);
}
