import { isTerminal, PHASES, type Phase } from '../reconciler/kinds/operation/record.ts';
import { CONDITION_TYPES } from '../reconciler/model/conditions.ts';
import { InvalidInput } from '../reconciler/model/errors.ts';
import { splitKey } from '../reconciler/model/resource.ts';
import type { ObjectStatus } from '../reconciler/model/status.ts';
import { didYouMean } from '../schema/suggest.ts';
import { messageOfStatus } from './output/object-tables.ts';

/** What is waited for. */
export type Goal =
  { by: 'condition'; type: string; status: string } | { by: 'word'; word: string } | { by: 'deletion' };

/**
 * Reads `condition=Ready`, `condition=Ready=False`, `phase=Succeeded`, `status=active` or `delete`. Words count in any case. Throws
 * InvalidInput `USAGE`.
 */
export function parseGoal(text: string): Goal {
  if (text.toLowerCase() === 'delete') return { by: 'deletion' };
  const [way = '', first = '', second = 'True', ...more] = text.split('=');
  if (more.length > 0 || first === '') throw unknownGoal(text);
  if (way === 'phase' || way === 'status') {
    if (text.split('=').length > 2) throw unknownGoal(text);
    if (way === 'phase' && phaseNamed(first) === undefined) throw unknownPhase(first);
    return { by: 'word', word: first };
  }
  if (way !== 'condition') throw unknownGoal(text);
  const type = CONDITION_TYPES.find((each) => each.toLowerCase() === first.toLowerCase());
  if (type !== undefined && /^(true|false|unknown)$/i.test(second)) return { by: 'condition', type, status: second };
  throw new InvalidInput(
    type === undefined
      ? `There is no condition "${first}"${didYouMean(first, CONDITION_TYPES) || '.'}`
      : `A condition is True, False or Unknown, never "${second}".`,
    { code: 'USAGE', hint: `Conditions are ${CONDITION_TYPES.join(', ')}.` },
  );
}

/** Whether an object is as it is waited for; `status` undefined: it is not there. */
export function isMet(goal: Goal, status: ObjectStatus | undefined): boolean {
  if (goal.by === 'deletion') return status === undefined;
  if (status === undefined) return false;
  if (goal.by === 'word') return same(status.status, goal.word);
  return status.conditions.some((each) => each.type === goal.type && same(each.status, goal.status));
}

/** Why it cannot come to that any more without somebody's doing, one sentence; undefined: it still can. */
export function whyNever(goal: Goal, status: ObjectStatus | undefined): string | undefined {
  if (goal.by !== 'word' || status === undefined || splitKey(status.key).kind !== 'Operation') return undefined;
  const isOver = [status.status, goal.word].map(phaseNamed).every((phase) => phase !== undefined && isTerminal(phase));
  return isOver ? `${status.key} has ended: ${shown(status)}` : undefined;
}

/** How an object is now, for people: `Failed, 2 hosts failed`. */
export function shown(status: ObjectStatus | undefined): string {
  if (status === undefined) return 'it is not there';
  const message = messageOfStatus(status);
  return message === '' ? status.status : `${status.status}, ${message}`;
}

/** The phase of operations that a word means. */
function phaseNamed(word: string): Phase | undefined {
  return PHASES.find((each) => same(each, word));
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function unknownPhase(word: string): InvalidInput {
  return new InvalidInput(`No operation has the phase "${word}"${didYouMean(word, PHASES) || '.'}`, {
    code: 'USAGE',
    hint: `Phases are ${PHASES.join(', ')}.`,
  });
}

function unknownGoal(text: string): InvalidInput {
  return new InvalidInput(`"${text}" is nothing that can be waited for.`, {
    code: 'USAGE',
    hint: 'Write condition=Ready, condition=Ready=False, phase=Succeeded, status=active, or delete.',
  });
}
