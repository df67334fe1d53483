import { invalid, quoted } from './query.ts';

/** Whether an object with these labels is meant. */
export type LabelSelector = (labels: Readonly<Record<string, string>>) => boolean;

const MOST = 20;
const WORD = '[^\\s,=!()<>]+';
const EXISTS = new RegExp(`^(!?)\\s*(${WORD})$`);
const EQUALS = new RegExp(`^(${WORD})\\s*(==|=|!=)\\s*(${WORD})?$`);
const ONE_OF = new RegExp(`^(${WORD})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);

/**
 * Reads a selector as kubectl does: `a=b`, `a==b`, `a!=b`, `a in (b, c)`, `a notin (b, c)`, `a`, `!a`, joined by commas; all must
 * hold. `!=` and `notin` hold where there is no such label, too. Throws InvalidInput `BAD_SELECTOR`.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const parts = splitOutside(text);
  if (parts.length > MOST) throw invalid('BAD_SELECTOR', `The selector has more than ${MOST} requirements.`);
  const tests = parts.map((part) => requirement(part.trim()));
  return (labels) => tests.every((test) => test(labels));
}

function requirement(text: string): LabelSelector {
  const [, not, name] = EXISTS.exec(text) ?? [];
  if (name !== undefined) return (labels) => Object.hasOwn(labels, name) === (not === '');
  const [, key, operator, value = ''] = EQUALS.exec(text) ?? [];
  if (key !== undefined) return oneOf(key, new Set([value]), operator !== '!=');
  const [, listed, word, inside = ''] = ONE_OF.exec(text) ?? [];
  if (listed !== undefined) {
    return oneOf(listed, new Set(inside.split(',').map((each) => each.trim())), word === 'in');
  }
  throw invalid(
    'BAD_SELECTOR',
    `The selector has a part that cannot be read: ${quoted(text)}.`,
    'Write for example role=web,zone in (a, b),!spare.',
  );
}

function oneOf(key: string, values: ReadonlySet<string>, wanted: boolean): LabelSelector {
  return (labels) => (Object.hasOwn(labels, key) && values.has(labels[key]!)) === wanted;
}

/** Parts between commas that stand in no parentheses. */
function splitOutside(text: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}
