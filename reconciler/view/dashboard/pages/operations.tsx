import { Empty } from '../parts/empty.tsx';
import { OperationRow } from '../parts/operation-strip.tsx';
import type { OperationLine } from '../read/operations.ts';
import { plural } from '../text.ts';

/** Operations that have ended are shown up to this many. */
const MOST_ENDED = 100;

/** Every operation: those that move or wait, then what was done. */
export function OperationsPage({ operations, nowMs }: { operations: readonly OperationLine[]; nowMs: number }) {
  const open = operations.filter(({ unfinished }) => unfinished);
  const ended = operations.filter(({ unfinished }) => !unfinished);
  if (operations.length === 0) {
    return (
      <>
        <h1>Operations</h1>
        <Empty
          title="Nothing has been done yet"
          text="An operation is a document in the config repository: a restart, an upgrade, a script, in batches. Push one, and it shows here."
          command="intendant plan"
        />
      </>
    );
  }
  return (
    <>
      <h1>Operations</h1>
      <section class="strip" aria-labelledby="open-title">
        <h2 id="open-title">Under way</h2>
        {open.length === 0 ? <p class="quiet">Nothing is under way.</p> : ''}
        {open.map((operation) => (
          <OperationRow operation={operation} nowMs={nowMs} />
        ))}
      </section>
      {ended.length === 0 ? (
        ''
      ) : (
        <section class="strip" aria-labelledby="ended-title">
          <h2 id="ended-title">Ended</h2>
          {ended.slice(0, MOST_ENDED).map((operation) => (
            <OperationRow operation={operation} nowMs={nowMs} />
          ))}
          {ended.length > MOST_ENDED ? (
            <p class="quiet">{`and ${plural(ended.length - MOST_ENDED, 'older operation')}; the status branch holds them all.`}</p>
          ) : (
            ''
          )}
        </section>
      )}
    </>
  );
}
