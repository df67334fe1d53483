import { paths } from '../links.ts';
import type { RunBatch, RunHost, RunState, StepLine } from '../read/batches.ts';
import { plural, shown } from '../text.ts';
import { StepBar, StepList, tookText, type Span } from './step-bar.tsx';

const ORDER: readonly RunState[] = ['failed', 'running', 'skipped', 'pending', 'succeeded'];

/**
 * One batch: a row for each host that somebody wants to see the steps of, a cell for each of the others.
 *
 * @param whole every host has a row.
 */
export function BatchView({
  batch,
  batches,
  whole,
  nowMs,
}: {
  batch: RunBatch;
  batches: number;
  whole: boolean;
  nowMs: number;
}) {
  const { number, hosts } = batch;
  const rows = hosts.filter(
    ({ state, steps }) =>
      whole || state === 'failed' || state === 'running' || (state === 'skipped' && steps.length > 0),
  );
  const cells = hosts.filter((host) => !rows.includes(host));
  const span = spanOf(rows, nowMs);
  const title = number === 0 ? 'Earlier rounds' : `Batch ${number} of ${batches}`;
  return (
    <section class="batch" id={`b-${number}`} data-state-of={stateOfBatch(hosts)}>
      <h3>
        {title} <span class="quiet">{countText(hosts)}</span>
      </h3>
      {rows.length === 0 ? (
        ''
      ) : (
        <ul class="runs">
          {rows.map((host) => (
            <Row host={host} span={span} nowMs={nowMs} />
          ))}
        </ul>
      )}
      {cells.length === 0 ? (
        ''
      ) : (
        <div class="cells" role="group" aria-label={`Other hosts of ${title}; arrow keys move`}>
          {cells.map(({ name, state }, index) => (
            <a
              id={`h-${name}`}
              class="cell"
              href={paths.host(name)}
              data-run={state}
              aria-label={`${name}: ${state}`}
              tabindex={index === 0 ? undefined : -1}
            ></a>
          ))}
        </div>
      )}
    </section>
  );
}

function Row({ host, span, nowMs }: { host: RunHost; span: Span; nowMs: number }) {
  const { name, state, steps, message } = host;
  const open = steps.find((step) => step.state === 'running') ?? steps.findLast(({ from }) => from !== undefined);
  return (
    <li class="run-row" id={`run-${name}`} data-announce={state === 'failed' ? `${name} failed` : undefined}>
      <span class="run-host">
        <span class="run" data-run={state}>
          {state}
        </span>
        <a href={paths.host(name)}>{name}</a>
      </span>
      <StepBar steps={steps} span={span} nowMs={nowMs} />
      <details id={`steps-${name}`}>
        <summary>
          {open ? `${shown(open.summary, 80)} ${tookText(open, nowMs)}` : plannedText(steps)}
          <span class="unseen">{` on ${name}`}</span>
        </summary>
        <StepList steps={steps} nowMs={nowMs} />
      </details>
      {message !== undefined && state !== 'succeeded' ? <p class="why">{shown(message, 600)}</p> : ''}
    </li>
  );
}

function plannedText(steps: readonly StepLine[]): string {
  return steps.length === 0 ? 'no steps are kept' : `not begun; ${plural(steps.length, 'step')} to do`;
}

/** From the first step of the batch to the last, or to now while one runs. */
function spanOf(hosts: readonly RunHost[], nowMs: number): Span {
  const steps = hosts.flatMap((host) => host.steps).filter(({ from }) => from !== undefined);
  const from = Math.min(...steps.map((step) => step.from!), nowMs);
  const to = Math.max(from + 1, ...steps.map((step) => step.to ?? nowMs));
  return { from, to };
}

/** `20 hosts: 12 succeeded, 1 failed, 7 pending`. */
function countText(hosts: readonly RunHost[]): string {
  const parts = ORDER.flatMap((state) => {
    const count = hosts.filter((host) => host.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return `${plural(hosts.length, 'host')}: ${parts.join(', ')}`;
}

function stateOfBatch(hosts: readonly RunHost[]): RunState {
  return ORDER.find((state) => hosts.some((host) => host.state === state)) ?? 'pending';
}
