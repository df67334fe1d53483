import { paths } from '../links.ts';
import type { OperationLine } from '../read/operations.ts';
import { plural, sentence } from '../text.ts';
import { Phase } from './phase.tsx';
import { Progress, progressWords } from './progress.tsx';
import { Ago } from './time.tsx';

/**
 * Operations that have not ended, a row each.
 *
 * @param most rows that stand here; of more, the operations' page tells.
 */
export function OperationStrip({
  operations,
  most,
  nowMs,
}: {
  operations: readonly OperationLine[];
  most: number;
  nowMs: number;
}) {
  if (operations.length === 0) return <></>;
  const rest = operations.length - most;
  return (
    <section class="strip" aria-label="Operations under way">
      {operations.slice(0, most).map((operation) => (
        <OperationRow operation={operation} nowMs={nowMs} />
      ))}
      {rest > 0 ? <a href={paths.operations}>{`and ${plural(rest, 'more operation')}`}</a> : ''}
    </section>
  );
}

/** One operation on a row: what it is, how far it is, and why it stands where it stands. */
export function OperationRow({ operation, nowMs }: { operation: OperationLine; nowMs: number }) {
  const { name, phase, tally, batch, batches, beganAt, finishedAt, message, reason } = operation;
  const where = batches > 0 ? `batch ${batch} of ${batches}; ` : '';
  const waits = operation.unfinished && reason !== 'Progressing';
  return (
    <article class="operation" id={`o-${name}`} data-announce={`${name}: ${phase}, ${tally.failed} failed`}>
      <div class="operation-head">
        <Phase phase={phase} />
        <a class="name" href={paths.operation(name)}>
          {name}
        </a>
        <span class="quiet">
          {operation.type}
          {operation.clusters.length > 0 ? ` of ${operation.clusters.join(', ')}` : ''}
        </span>
        <span class="quiet end">
          {finishedAt === undefined ? (beganAt === undefined ? 'not begun' : 'began ') : 'ended '}
          {(finishedAt ?? beganAt) === undefined ? '' : <Ago at={finishedAt ?? beganAt} nowMs={nowMs} />}
        </span>
      </div>
      <Progress tally={tally} />
      <p class="quiet">{`${where}${progressWords(tally)}`}</p>
      {waits || phase === 'Failed' ? <p class="why">{sentence(message)}</p> : ''}
    </article>
  );
}
