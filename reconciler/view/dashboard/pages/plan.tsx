import type { ApplyReview } from '../../../kinds/cluster/review-apply.ts';
import type { OperationReview } from '../../../kinds/operation/review.ts';
import type { BranchPlan } from '../../http/git-reading.ts';
import { ChangeList } from '../parts/change-list.tsx';
import { Empty } from '../parts/empty.tsx';
import { FindingList } from '../parts/finding-list.tsx';
import { paths } from '../links.ts';
import { formatDuration } from '../../../model/duration.ts';
import { plural, sentence, short, shown } from '../text.ts';

export interface PlanModel {
  /** The branch that was asked for; empty: none yet. */
  branch: string;
  /** Undefined: there is none to show. */
  plan?: BranchPlan;
  /** Why there is none. */
  trouble?: string;
}

const NAMED = 12;

/** What merging a branch would do, for somebody who reviews it. */
export function PlanPage({ model: { branch, plan, trouble } }: { model: PlanModel }) {
  return (
    <>
      <h1>Plan</h1>
      <form class="ask" action={paths.plan()} method="get">
        <label for="ref">Branch</label>
        <input id="ref" class="field" name="ref" value={branch} maxlength={200} autocomplete="off" spellcheck={false} />
        <button class="button" type="submit">
          Show what merging it would do
        </button>
      </form>
      {trouble === undefined ? '' : <p class="note bad">{sentence(trouble)}</p>}
      {plan ? (
        <Plan plan={plan} />
      ) : branch === '' && trouble === undefined ? (
        <Empty
          title="What would a branch do?"
          text="Push a branch to the config repository and write its name above. Nothing is changed by looking."
          command="git push origin HEAD:my-change"
        />
      ) : (
        ''
      )}
    </>
  );
}

function Plan({ plan: { head, base, changes, operations, profiles, diagnostics } }: { plan: BranchPlan }) {
  const having = (...symbols: string[]): number => changes.filter(({ symbol }) => symbols.includes(symbol)).length;
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return (
    <>
      <p>
        <strong>
          {changes.length === 0
            ? 'No changes: it says what is in effect already.'
            : `${having('+', '-/+')} to add, ${having('~')} to change, ${having('-', '-/+')} to remove.`}
        </strong>{' '}
        <span class="quiet">
          {'from '}
          <code>{short(base)}</code>
          {' to '}
          <code>{short(head)}</code>
        </span>
      </p>
      {diagnostics.length === 0 ? (
        ''
      ) : (
        <section>
          <h2>{errors > 0 ? 'It cannot be accepted as it is' : 'Warnings'}</h2>
          <FindingList findings={diagnostics} />
        </section>
      )}
      {changes.length === 0 ? (
        ''
      ) : (
        <section>
          <h2>Objects</h2>
          <ChangeList changes={changes} />
        </section>
      )}
      {operations.length === 0 ? (
        ''
      ) : (
        <section>
          <h2>Operations</h2>
          {operations.map((review) => (
            <Review review={review} />
          ))}
        </section>
      )}
      {profiles.map((review) => (
        <Profile review={review} />
      ))}
    </>
  );
}

function Review({ review }: { review: OperationReview }) {
  const { name, type, hosts, batches, rollout, pauseAfter, actions, warnings } = review;
  const limits = [
    `at most ${rollout.maxUnavailable} down at once`,
    rollout.maxFailures === 0
      ? 'the first failure ends it'
      : `more than ${plural(rollout.maxFailures, 'failure')} end it`,
    ...(rollout.minHealthyMs > 0 ? [`${formatDuration(rollout.minHealthyMs)} well between batches`] : []),
    ...(pauseAfter === undefined ? [] : [`it stops after batch ${pauseAfter} for somebody to look`]),
  ];
  return (
    <article class="operation">
      <h3>
        {shown(name, 80)}{' '}
        <span class="quiet">{`${type} of ${plural(hosts.length, 'host')} in ${plural(batches.length, 'batch', 'batches')}; ${limits.join(', ')}`}</span>
      </h3>
      <p>
        <span class="quiet">On each host: </span>
        {actions.map((action) => shown(action, 120)).join(' → ')}
      </p>
      <ol class="batches">
        {batches.map((batch, index) => (
          <li>{`Batch ${index + 1}: ${hostList(batch)}`}</li>
        ))}
      </ol>
      {warnings.map((warning) => (
        <p class="why">{sentence(warning)}</p>
      ))}
    </article>
  );
}

function Profile({ review: { cluster, operations, differences, even, warnings } }: { review: ApplyReview }) {
  return (
    <section>
      <h2>{`Profile of ${shown(cluster, 80)}`}</h2>
      <p class="quiet">
        {differences.length === 0 ? 'It applies nothing. ' : ''}
        {even > 0 ? `${plural(even, 'host')} had all of it already.` : ''}
      </p>
      {operations.map((one) => (
        <Review review={one} />
      ))}
      {differences.map(({ hosts, changes }) => (
        <div class="diff">
          <p>{`On ${hostList(hosts)}:`}</p>
          <ul class="lines">
            {changes.map((change) => (
              <li>{shown(change, 200)}</li>
            ))}
          </ul>
        </div>
      ))}
      {warnings.map((warning) => (
        <p class="why">{sentence(warning)}</p>
      ))}
    </section>
  );
}

function hostList(hosts: readonly string[]): string {
  if (hosts.length <= NAMED) return hosts.map((host) => shown(host, 80)).join(', ');
  return `${hosts[0]!}, ${hosts[1]!} … ${hosts.at(-1)!} (${plural(hosts.length, 'host')})`;
}
