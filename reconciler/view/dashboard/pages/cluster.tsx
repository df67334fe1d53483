import { ClusterCells, densityOf } from '../parts/cluster-cells.tsx';
import { Empty } from '../parts/empty.tsx';
import { FactsAndConditions } from '../parts/facts-and-conditions.tsx';
import { HostTable } from '../parts/host-table.tsx';
import { Legend } from '../parts/legend.tsx';
import { OperationRow } from '../parts/operation-strip.tsx';
import type { ClusterModel } from '../read/cluster.ts';
import { byState } from '../states.ts';
import { plural, sentence, shortRevision, shown } from '../text.ts';

/** Rows of the table of hosts; of more, the cells and the search tell. */
const MOST_ROWS = 300;
const MOST_OPERATIONS = 8;

/** One cluster: its hosts, what it is, and what was done to it. */
export function ClusterPage({ model, nowMs }: { model: ClusterModel; nowMs: number }) {
  const { name, status, spec, hosts, counts, holds, operations, place, resource } = model;
  const density = densityOf(hosts.length);
  const worst = [...hosts].sort((a, b) => byState(a.state, b.state));
  const rollout = spec.rollout && JSON.stringify(spec.rollout);
  return (
    <>
      <div class="topline">
        <h1 data-announce={`${name} is ${status?.status ?? 'unknown'}`}>
          {name} <small class="quiet">{`cluster, ${shown(status?.status ?? 'not looked at yet', 30)}`}</small>
        </h1>
        <p class="facts">{place === undefined ? 'Its document is not in the repository.' : <code>{place}</code>}</p>
      </div>
      {spec.description === undefined ? '' : <p>{shown(spec.description)}</p>}
      {holds.map((hold) => (
        <p class="hold">{sentence(hold)}</p>
      ))}
      {hosts.length === 0 ? (
        <Empty
          title="No hosts in this cluster"
          text={`Add a Host document with spec.cluster: ${name}, commit and push.`}
        />
      ) : (
        <section aria-labelledby="cells-title">
          <h2 id="cells-title" class="unseen">
            Hosts by state
          </h2>
          <Legend counts={counts} />
          <div class="groups" data-density={density}>
            <ClusterCells group={{ name, hosts, counts, holds: [] }} density={density} isPage />
          </div>
          <p class="readout" id="readout" aria-hidden="true"></p>
        </section>
      )}
      {operations.length === 0 ? (
        ''
      ) : (
        <section class="strip" aria-labelledby="operations-title">
          <h2 id="operations-title">Operations</h2>
          {operations.slice(0, MOST_OPERATIONS).map((operation) => (
            <OperationRow operation={operation} nowMs={nowMs} />
          ))}
        </section>
      )}
      <FactsAndConditions
        title="Configuration"
        facts={[
          ['Container manager', spec.containerManager],
          ['Network', spec.network],
          ['Host profile', spec.hostProfile],
          ['Rollout', rollout === undefined ? undefined : <code>{shown(rollout)}</code>],
          ['In effect since', status?.lastAppliedRevision && <code>{shortRevision(status.lastAppliedRevision)}</code>],
        ]}
        metadata={resource?.metadata}
        conditions={status?.conditions}
        nowMs={nowMs}
      />
      {hosts.length === 0 ? (
        ''
      ) : (
        <section>
          <h2>{hosts.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${plural(hosts.length, 'host')}` : 'Hosts'}</h2>
          <HostTable
            hosts={worst.slice(0, MOST_ROWS)}
            caption={`Hosts of ${name}, the worst first`}
            withCluster={false}
          />
        </section>
      )}
    </>
  );
}
