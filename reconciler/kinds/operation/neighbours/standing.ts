import type { Json } from '../../../model/json.ts';
import type { JournalRecord, StepOutcome } from '../../../model/plan.ts';
import { nameSome } from '../../../rollout/decide.ts';

/** What a host was taken out of and not put back into, by name of the neighbour. `perhaps`: it could not be seen. */
export type Out = Readonly<Record<string, 'yes' | 'perhaps'>>;

/** What earlier rounds left behind on a host. */
export interface Standing {
  out: Out;
  /** The act was done and proven: nothing is left but to put it back. */
  acted: boolean;
}

export const NOTHING_STANDS: Standing = { out: {}, acted: false };

/** What a host is out of after these steps of a round. */
export function outAfter({ out }: Pick<Standing, 'out'>, entries: readonly JournalRecord[]): Out {
  const now: Record<string, 'yes' | 'perhaps'> = { ...out };
  for (const { step, outcome } of [...entries].sort((a, b) => a.step.ordinal - b.step.ordinal)) {
    const { neighbour, takesOut, putsBack } = step.parameters;
    if (typeof neighbour !== 'string') continue;
    if (takesOut === true) {
      const took = tookOut(outcome);
      if (took !== 'no' && now[neighbour] !== 'yes') now[neighbour] = took;
    }
    if (putsBack === true && outcome?.result === 'succeeded') delete now[neighbour];
  }
  return now;
}

/** What a step that takes out has brought about. */
function tookOut(outcome: StepOutcome | undefined): 'yes' | 'no' | 'perhaps' {
  if (outcome?.data?.tookOut === false) return 'no';
  return outcome?.result === 'succeeded' ? 'yes' : 'perhaps';
}

/** What stands when a round begins: the last verdict of an earlier one says so. */
export function standingOf(journal: readonly JournalRecord[], round: number): Standing {
  let last: JournalRecord | undefined;
  for (const entry of journal) {
    if (entry.step.verdict && entry.round < round && (!last || entry.round > last.round)) last = entry;
  }
  return standingIn(last?.outcome?.data);
}

/** What the data of a verdict say of it. */
export function standingIn(data: Record<string, Json> | undefined): Standing {
  const out: Record<string, 'yes' | 'perhaps'> = {};
  const told = data?.out;
  if (told !== null && typeof told === 'object' && !Array.isArray(told)) {
    for (const [name, word] of Object.entries(told)) if (word === 'yes' || word === 'perhaps') out[name] = word;
  }
  return { out, acted: data?.acted === true && isOut(out) };
}

/** The same as data of a verdict; nothing where nothing stands. */
export function dataOf({ out, acted }: Standing): Record<string, Json> {
  return isOut(out) ? { out: { ...out }, ...(acted ? { acted } : {}) } : {};
}

export function isOut(out: Out): boolean {
  return Object.keys(out).length > 0;
}

/** What a verdict adds for people: where the host is left out. Empty where it is not. */
export function tellOut(out: Out): string {
  if (!isOut(out)) return '';
  const names = Object.entries(out).map(([name, word]) =>
    word === 'yes' ? name : `${name} (perhaps: it could not be seen)`,
  );
  return `; it stays out (${nameSome(names)}): raise spec.retry to go on with it, or put it back by hand`;
}
