import { paths } from '../links.ts';
import type { ClusterGroup } from '../read/fleet.ts';
import { number, sentence } from '../text.ts';
import { HostCell } from './host-cell.tsx';

/** How large cells are: few hosts have their names written in. */
export type Density = 'tiles' | 'medium' | 'small';

export function densityOf(hosts: number): Density {
  if (hosts <= 80) return 'tiles';
  return hosts <= 300 ? 'medium' : 'small';
}

/**
 * A cluster as its hosts, a cell each.
 *
 * @param columns cells in a row; undefined: as many as there is room for.
 */
export function ClusterCells({
  group,
  density,
  columns,
  isPage = false,
}: {
  group: ClusterGroup;
  density: Density;
  columns?: number | undefined;
  /** It stands on the page of its cluster, which has its name for a title. */
  isPage?: boolean;
}) {
  const { name, hosts, counts, holds } = group;
  const label = name === '' ? 'No cluster' : name;
  return (
    <section class="group" id={`c-${name}`}>
      {isPage ? (
        ''
      ) : (
        <h3>
          {name === '' ? label : <a href={paths.cluster(name)}>{label}</a>}
          <span class="quiet">{` ${number(counts.active)}/${number(hosts.length)}`}</span>
          <span class="unseen"> hosts active</span>
        </h3>
      )}
      {holds.map((hold) => (
        <p class="hold">{sentence(hold)}</p>
      ))}
      {hosts.length === 0 ? (
        <p class="quiet">No hosts.</p>
      ) : (
        <div class="cells" role="group" aria-label={`Hosts of ${label}; arrow keys move`} data-columns={columns}>
          {hosts.map((host, index) => (
            <HostCell host={host} first={index === 0} named={density === 'tiles'} />
          ))}
        </div>
      )}
    </section>
  );
}
