import type { Context } from 'hono';
import { InvalidInput } from '../../model/errors.ts';
import { cleanText } from '../../status/text.ts';

/** Which parameters a path takes. */
export interface QueryRules {
  /** At most once each. */
  once?: readonly string[];
  /** Any number of times, up to `MOST_REPEATED`. */
  many?: readonly string[];
}

/** The parameters of a request. */
export interface Query {
  one(name: string): string | undefined;
  all(name: string): readonly string[];
}

/** Longest query that is read, in characters. */
const LONGEST = 8000;
const MOST_REPEATED = 20;
const MOST_NAMED = 5;

/** Throws InvalidInput when there is a parameter that the path does not take, or one too often. */
export function readQuery(c: Context, { once = [], many = [] }: QueryRules): Query {
  const parameters = rawQuery(c);
  const unknown = [...new Set(parameters.keys())].filter((name) => !once.includes(name) && !many.includes(name));
  if (unknown.length > 0) {
    const known = [...once, ...many].sort().join(', ');
    throw invalid(
      'UNKNOWN_PARAMETER',
      `There is no parameter ${list(unknown)} here.`,
      `Known are: ${known || 'none'}.`,
    );
  }
  for (const name of once) {
    if (parameters.getAll(name).length > 1)
      throw invalid('REPEATED_PARAMETER', `The parameter ${name} is given twice.`);
  }
  for (const name of many) {
    if (parameters.getAll(name).length > MOST_REPEATED) {
      throw invalid('REPEATED_PARAMETER', `The parameter ${name} is given more than ${MOST_REPEATED} times.`);
    }
  }
  return { one: (name) => parameters.get(name) ?? undefined, all: (name) => parameters.getAll(name) };
}

/** The query as it was sent: also for the link to the next page. */
export function rawQuery(c: Context): URLSearchParams {
  const { url } = c.req;
  const mark = url.indexOf('?');
  const text = mark < 0 ? '' : (url.slice(mark + 1).split('#')[0] ?? '');
  if (text.length > LONGEST) throw invalid('QUERY_TOO_LONG', `The query is longer than ${LONGEST} characters.`);
  return new URLSearchParams(text);
}

/** A whole number from 1 to `most`; `most` where it is not given. Throws InvalidInput `BAD_LIMIT`. */
export function readLimit(query: Query, most: number): number {
  const text = query.one('limit');
  if (text === undefined) return most;
  const limit = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= most) return limit;
  throw invalid('BAD_LIMIT', `The limit ${quoted(text)} is not a whole number from 1 to ${most}.`);
}

/** An error that says what is wrong with the request. */
export function invalid(code: string, message: string, hint?: string): InvalidInput {
  return new InvalidInput(message, { code, ...(hint !== undefined && { hint }) });
}

/** What a client sent, short, in quotes. */
export function quoted(text: string): string {
  return JSON.stringify(cleanText(text, 100));
}

function list(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `${names.slice(0, MOST_NAMED).map(quoted).join(', ')}${more}`;
}
