import type { RevisionEntry } from '../../http/git-reading.ts';
import type { FleetInfo } from '../../fleet-view.ts';
import { ChangeList } from '../parts/change-list.tsx';
import { Empty } from '../parts/empty.tsx';
import { Ago } from '../parts/time.tsx';
import { paths } from '../links.ts';
import { plural, short, shown } from '../text.ts';

export interface RevisionsModel {
  entries: readonly RevisionEntry[];
  /** Commit after which the next page begins; undefined: that was all. */
  next?: string;
  /** Why there are none. */
  trouble?: string;
}

/** Changes of one commit that are open to see; of more they are folded. */
const OPEN = 3;

/** The commits of the config branch and what each of them changed. */
export function RevisionsPage({
  model,
  info,
  nowMs,
}: {
  model: RevisionsModel;
  info: FleetInfo | undefined;
  nowMs: number;
}) {
  const { entries, next, trouble } = model;
  return (
    <>
      <h1>Revisions</h1>
      <p class="quiet">Each commit of the config branch that is in effect, and what it changed.</p>
      {trouble === undefined ? '' : <p class="note bad">{shown(trouble)}</p>}
      {entries.length === 0 && trouble === undefined ? (
        <Empty
          title="No revisions to show"
          text="Commits show here as soon as the daemon has read the config repository."
          command="intendant reconcile"
        />
      ) : (
        <ol class="revisions">
          {entries.map((entry) => (
            <Revision entry={entry} isInEffect={entry.commit === info?.revision?.accepted} nowMs={nowMs} />
          ))}
        </ol>
      )}
      {next === undefined ? '' : <a href={paths.revisions(next)}>Older revisions</a>}
    </>
  );
}

function Revision({ entry, isInEffect, nowMs }: { entry: RevisionEntry; isInEffect: boolean; nowMs: number }) {
  const { commit, author, at, subject, changes } = entry;
  const words =
    changes === undefined
      ? 'what it changed is not known here'
      : changes.length === 0
        ? 'changed no object'
        : plural(changes.length, 'object');
  return (
    <li id={`rev-${short(commit)}`}>
      <p>
        <code>{short(commit)}</code> <strong>{shown(subject, 160)}</strong>
        {isInEffect ? <span class="label">in effect</span> : ''}
      </p>
      <p class="quiet">
        {`${shown(author, 80)}, `}
        <Ago at={at} nowMs={nowMs} />
        {`; ${words}`}
      </p>
      {changes === undefined || changes.length === 0 ? (
        ''
      ) : changes.length <= OPEN ? (
        <ChangeList changes={changes} />
      ) : (
        <details id={`changes-${short(commit)}`}>
          <summary>{`${plural(changes.length, 'object')} changed`}</summary>
          <ChangeList changes={changes} />
        </details>
      )}
    </li>
  );
}
