import type { JournalRecord } from '../../../reconciler/model/plan.ts';

/**
 * What is done to a host in one round is what was shown, in its order; `undefined`: it is. Knows the wording that people see, and
 * no more. `did` without the verdict; `whole`: the host has succeeded.
 */
export function courseFault(
  shown: readonly string[],
  did: readonly JournalRecord[],
  whole: boolean,
): string | undefined {
  const there = did.filter((entry) => !isWayBack(entry.step.summary));
  const back = did.filter((entry) => isWayBack(entry.step.summary));
  const told = tell(shown, did);

  // What depends on the host is done wholly or not at all, as far as the host was brought.
  const asked = there.find((entry) => entry.step.action === 'rebootNeeded');
  const needed = asked?.outcome?.data?.needed === true;
  const due = shown.filter((summary) => !isWayBack(summary) && (needed || !isConditional(summary)));
  if (!isBeginning(there, due) || (whole && there.length !== due.length)) return told;
  const first = there.find((entry) => entry.outcome?.result !== 'succeeded');
  if (first && there.at(-1) !== first) return `it went on after a failure: ${told}`;

  if (back.length === 0) return undefined;
  const mayGoBack = first && ['checkAfter', 'proveDeployed'].includes(first.step.action);
  if (!mayGoBack || whole) return `it went back without a reason: ${told}`;
  return isBeginning(back, shown.filter(isWayBack)) ? undefined : told;
}

/** The same where only the order can be told, because a round before has done a part of it. */
export function disorder(shown: readonly string[], did: readonly JournalRecord[]): string | undefined {
  let at = -1;
  const isInOrder = did.every(({ step }) => (at = shown.indexOf(step.summary, at + 1)) !== -1);
  return isInOrder ? undefined : tell(shown, did);
}

function tell(shown: readonly string[], did: readonly JournalRecord[]): string {
  return `shown ${shown.join(', ')}; done ${did.map((entry) => entry.step.summary).join(', ')}`;
}

function isBeginning(did: readonly JournalRecord[], of: readonly string[]): boolean {
  return did.every((entry, index) => entry.step.summary === of[index]);
}

function isConditional(summary: string): boolean {
  return summary.endsWith(', if one is required');
}

/** An action that is only done where the host does not pass. */
export function isWayBack(summary: string): boolean {
  return summary.startsWith('if it does not pass: ');
}
