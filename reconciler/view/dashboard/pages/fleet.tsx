import type { FleetInfo } from '../../fleet-view.ts';
import { AttentionList } from '../parts/attention-list.tsx';
import { columnsOf } from '../columns.ts';
import { paths } from '../links.ts';
import { ClusterCells, densityOf } from '../parts/cluster-cells.tsx';
import { Empty } from '../parts/empty.tsx';
import { Legend } from '../parts/legend.tsx';
import { OperationStrip } from '../parts/operation-strip.tsx';
import { Ago } from '../parts/time.tsx';
import type { FleetModel } from '../read/fleet.ts';
import { number, plural, short, shown } from '../text.ts';

/** The fleet at a glance: what is wrong, what moves, and every host. */
export function FleetPage({ model, info, nowMs }: { model: FleetModel; info: FleetInfo | undefined; nowMs: number }) {
  const { groups, total, counts, attention, operations } = model;
  const density = densityOf(total);
  const columns = density === 'small' ? columnsOf(groups.map(({ hosts }) => hosts.length)) : [];
  return (
    <>
      <div class="topline">
        <Verdict model={model} />
        <Facts info={info} nowMs={nowMs} />
      </div>
      {attention.length + operations.length === 0 ? (
        ''
      ) : (
        <div class={attention.length > 0 && operations.length > 0 ? 'glance both' : 'glance'}>
          <AttentionList items={attention} open={density === 'small' ? 2 : 4} />
          <OperationStrip operations={operations} most={density === 'small' ? 2 : 4} nowMs={nowMs} />
        </div>
      )}
      {total === 0 ? (
        <Empty
          title="No hosts yet"
          text="The fleet is what the config repository says. Add a Host document, commit and push; it shows here within a poll."
          command="intendant init my-fleet"
        />
      ) : (
        <section aria-labelledby="hosts-title">
          <h2 id="hosts-title" class="unseen">
            Hosts
          </h2>
          <Legend counts={counts} />
          <div class="groups" data-density={density}>
            {groups.map((group, index) => (
              <ClusterCells group={group} density={density} columns={columns[index]} />
            ))}
          </div>
          <p class="readout" id="readout" aria-hidden="true"></p>
        </section>
      )}
    </>
  );
}

function Verdict({ model: { attention, counts, total, operations } }: { model: FleetModel }) {
  const bad = attention.filter(({ level }) => level === 'bad').length;
  const moving = operations.length === 0 ? '' : ` ${plural(operations.length, 'operation')} under way.`;
  const hosts = `${plural(total, 'host')}, ${number(counts.active)} active`;
  const isAll = attention.length === 0 && counts.active + counts.maintenance + counts.operating === total;
  const well = total === 0 ? 'No hosts yet.' : `${isAll ? 'All is well' : 'Nothing is broken'}: ${hosts}.`;
  const text = bad === 0 ? well : `${plural(bad, 'thing')} ${bad === 1 ? 'needs' : 'need'} attention.`;
  return (
    <h1 class="verdict" data-tone={bad === 0 ? 'good' : 'bad'} data-announce={text}>
      {text}
      <small>{moving}</small>
    </h1>
  );
}

function Facts({ info, nowMs }: { info: FleetInfo | undefined; nowMs: number }) {
  if (!info) return <p class="facts">The store does not answer.</p>;
  const { revision, holder, heartbeat } = info;
  return (
    <dl class="facts">
      <div>
        <dt>Revision</dt>
        <dd>
          {revision ? (
            <a href={paths.revisions()}>
              {shown(revision.branch, 40)} <code>{short(revision.accepted)}</code>
            </a>
          ) : (
            'none accepted yet'
          )}
        </dd>
      </div>
      <div>
        <dt>Daemon</dt>
        <dd>{holder === null ? 'none holds the fleet' : shown(holder ?? 'unknown', 40)}</dd>
      </div>
      <div>
        <dt>Hosts checked</dt>
        <dd>
          <Ago at={heartbeat} nowMs={nowMs} />
        </dd>
      </div>
    </dl>
  );
}
