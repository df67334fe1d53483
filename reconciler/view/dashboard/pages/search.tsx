import { Empty } from '../parts/empty.tsx';
import { HostTable } from '../parts/host-table.tsx';
import { MOST_FOUND, type SearchModel } from '../read/search.ts';
import { STATE_TEXTS } from '../states.ts';
import { plural, shown } from '../text.ts';

/** Hosts that were asked for. */
export function SearchPage({ model: { query, state, found, total } }: { model: SearchModel }) {
  const label = state === undefined ? '' : ` in the state “${STATE_TEXTS[state].label}”`;
  const title = query === '' ? `Hosts${label}` : `Hosts with “${shown(query, 80)}”${label}`;
  return (
    <>
      <h1>{title}</h1>
      {query === '' && state === undefined ? (
        <Empty title="What are you looking for?" text="Write a part of a host's name or address into the box above." />
      ) : found.length === 0 ? (
        <Empty
          title="No such host"
          text="No host has this in its name or address now. A host that was removed stays in the history of the status branch."
          command="git log --all -- '*NAME*'"
        />
      ) : (
        <>
          <p class="quiet">
            {plural(total, 'host')}
            {total > MOST_FOUND ? `; the first ${MOST_FOUND} are shown, the worst first` : ', the worst first'}
          </p>
          <HostTable hosts={found} caption={title} withCluster />
        </>
      )}
    </>
  );
}
