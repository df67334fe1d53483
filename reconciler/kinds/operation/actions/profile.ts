import { convergeScript } from '../../../hosts/profile/converge.ts';
import { keyOf } from '../../../model/resource.ts';
import { reasonOfCode } from '../../../model/errors.ts';
import type { StepOutcome } from '../../../model/plan.ts';
import { keys } from '../../../store/keys.ts';
import { compareHost, type Comparison } from '../../host-profile/compare.ts';
import { NO_PROFILE, SHOWN_CHANGES, tellChange, tellChanges } from '../../host/profile-state.ts';
import { asHostRecord } from '../../host/record.ts';
import { deadlineOf, failed, succeeded, type ActionContext } from './context.ts';
import { placeOf } from './guard.ts';
import { tryUntil, type Try } from './reach.ts';
import { runScript, type Prepared, type Words } from './run.ts';

const WORDS: Words = ['Apply', 'the script that applies the profile', 'applied'];

/** A comparison that something can be done about. */
type Compared = Extract<Comparison, { wanted: unknown }>;

/** Sees what differs on the host from its profile, before anything is touched. */
export function compareAction(context: ActionContext): Promise<StepOutcome> {
  // Where the profile is taken away, that the host has nothing of it is what is wanted.
  const isBareWanted = context.step.parameters.profile === NO_PROFILE;
  return asked(
    context,
    ({ wanted, changes, profile }) => {
      const differs = changes.length > 0;
      const told = changes.slice(0, SHOWN_CHANGES).map(tellChange);
      const message =
        changes.length === 0
          ? NOTHING_TO_CHANGE
          : `${changes.length} change${changes.length === 1 ? '' : 's'}: ${tellChanges({ changes: [...changes], total: changes.length })}`;
      return succeeded('Compared', message, {
        differs,
        total: changes.length,
        changes: told,
        profile,
        wanted: wanted.digest,
      });
    },
    isBareWanted ? succeeded('Compared', NOTHING_TO_CHANGE, { differs: false }) : nothingToApply(context),
  );
}

/** Brings the host to its profile. What is to be done is worked out anew; what had begun before a crash is seen to its end. */
export function convergeAction(context: ActionContext): Promise<StepOutcome> {
  return runScript(context, deadlineOf(context), WORDS, async (within): Promise<Try<Prepared>> => {
    const found = await look(context, within);
    if ('again' in found) return found;
    if (found.answer === 'bare') return { answer: { refused: nothingToApply(context) } };
    if ('outcome' in found.answer) return { answer: { refused: found.answer.outcome } };
    const { family, wanted, changes } = found.answer;
    const { stepsRoot } = placeOf(context);
    return { answer: { script: convergeScript(family, wanted, changes, { stepsRoot }), args: [] } };
  });
}

/** Sees that nothing differs any more: a script that ended well is no proof. */
export function confirmAction(context: ActionContext): Promise<StepOutcome> {
  return asked(
    context,
    ({ changes }) =>
      changes.length === 0
        ? succeeded('Applied', 'nothing differs any more')
        : failed('NotApplied', `it still differs: ${tellChanges({ changes: [...changes], total: changes.length })}`),
    // The last thing of ours that leaves takes the record of it along.
    succeeded('Applied', 'nothing of ours is left'),
  );
}

const NOTHING_TO_CHANGE = 'nothing to change';

function nothingToApply({ name }: ActionContext): StepOutcome {
  return skipped('NoProfile', `the cluster of ${name} has no hostProfile: nothing to apply`);
}

function skipped(reason: string, message: string): StepOutcome {
  return { result: 'skipped', reason, message };
}

/** Compares until there is an answer or the time is up. `bare`: what is said of a host that has no profile and nothing of ours. */
async function asked(
  context: ActionContext,
  judge: (compared: Compared) => StepOutcome,
  bare: StepOutcome,
): Promise<StepOutcome> {
  const { deps, signal, name } = context;
  const found = await tryUntil(deadlineOf(context), deps.clock, signal, async (within): Promise<Try<StepOutcome>> => {
    const seen = await look(context, within);
    if ('again' in seen) return seen;
    if (seen.answer === 'bare') return { answer: bare };
    return { answer: 'outcome' in seen.answer ? seen.answer.outcome : judge(seen.answer) };
  });
  if ('answer' in found) return found.answer;
  return failed(
    found.code ? reasonOfCode(found.code) : 'NotCompared',
    `${name} could not be compared with its profile: ${found.gaveUp}`,
  );
}

async function look(
  { step, deps, name, target }: ActionContext,
  signal: AbortSignal,
): Promise<Try<Compared | 'bare' | { outcome: StepOutcome }>> {
  const record = asHostRecord(deps.live.get(keys.record(keyOf('Host', name))));
  const skip = (reason: string, message: string): { answer: { outcome: StepOutcome } } => ({
    answer: { outcome: skipped(reason, message) },
  });
  if (!record?.facts) return skip('NotInvestigated', `${name} has not been looked at yet`);
  const had = record.profile !== undefined;
  const at = { target, hands: deps.hands, stepsRoot: deps.stepsRoot };
  const found = await compareHost(name, record.facts, had, at, deps, signal);
  if (found === undefined) return { answer: 'bare' };
  if ('lost' in found) return { again: found.lost };
  const only = step.parameters.profile;
  if (only !== undefined && only !== found.profile) {
    return skip('Superseded', 'the profile has changed meanwhile; another operation applies what it is now');
  }
  if ('impossible' in found) {
    const { code, message } = found.impossible;
    return { answer: { outcome: failed(reasonOfCode(code), message) } };
  }
  return { answer: found };
}
