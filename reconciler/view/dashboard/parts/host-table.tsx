import { paths } from '../links.ts';
import type { HostLine } from '../read/hosts.ts';
import { shown } from '../text.ts';
import { Mark } from './mark.tsx';

/** Hosts as a table: name, state, address, and why. */
export function HostTable({
  hosts,
  caption,
  withCluster,
}: {
  hosts: readonly HostLine[];
  caption: string;
  withCluster: boolean;
}) {
  return (
    <table>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Host</th>
          <th scope="col">State</th>
          {withCluster ? <th scope="col">Cluster</th> : ''}
          <th scope="col">Address</th>
          <th scope="col">System</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {hosts.map((host) => (
          <tr id={`r-${host.name}`}>
            <th scope="row">
              <a href={paths.host(host.name)}>{host.name}</a>
            </th>
            <td>
              <Mark state={host.state} />
            </td>
            {withCluster ? (
              <td>{host.cluster === '' ? '' : <a href={paths.cluster(host.cluster)}>{host.cluster}</a>}</td>
            ) : (
              ''
            )}
            <td class="mono">{shown(host.address, 255)}</td>
            <td>{systemOf(host)}</td>
            <td class="quiet">{host.why === undefined ? '' : shown(host.why, 200)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `debian 12`. */
export function systemOf({ status }: HostLine): string {
  const { facts } = (status?.detail ?? {}) as { facts?: { os?: string; osVersion?: string } };
  return shown([facts?.os, facts?.osVersion].filter((one) => one !== undefined).join(' '), 60);
}
