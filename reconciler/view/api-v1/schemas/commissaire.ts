import { listOf, object, text, whole, word, type Components } from './parts.ts';
import type { SchemaNode } from '../../../../schema/schema-node.ts';

const ADDRESSES = listOf('Addresses, sorted.', { type: 'string' });
const TIME: SchemaNode = {
  type: 'string',
  pattern: '^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6})?$',
  description: 'UTC, without a zone; empty: never, or not yet.',
};
const STATUS = word('How far it is.', ['in_process', 'finished', 'failed']);

/** Schemas of the answers below `/api/v0`. */
export const COMMISSAIRE: Components = {
  V0Names: listOf('Names, sorted.', { type: 'string' }),
  V0Addresses: ADDRESSES,
  V0Cluster: object('A cluster.', {
    name: text('Its name.'),
    status: word('Judged by its hosts.', ['ok', 'degraded', 'failed']),
    network: text('Empty: none.'),
    hostset: ADDRESSES,
    container_manager: text('Empty: none.'),
    hosts: object('Its hosts.', {
      total: whole('All.'),
      available: whole('Active and not in maintenance.'),
      unavailable: whole('The others.'),
    }),
  }),
  V0Host: object('A host.', {
    address: text('IP address or DNS name.'),
    status: text('`investigating`, `bootstrapping`, `active`, `disassociated`, `failed` or `leaving`.'),
    os: text('Empty: not known yet.'),
    cpus: whole('How many.'),
    memory: whole('MB.'),
    space: whole('Bytes.'),
    last_check: TIME,
    source: text('Always empty.'),
  }),
  V0Hosts: listOf('Sorted by address.', { $ref: '#/components/schemas/V0Host' }),
  V0HostStatus: object('The status of a host.', {
    type: { type: 'string', const: 'host_only' },
    host: object('Of the host.', { last_check: TIME, status: text('In one word.') }),
    container_manager: object(
      'What its manager says; empty: it has none that is spoken to.',
      {},
      { node: text('Its address.'), status: text('In one word.') },
    ),
  }),
  V0Network: object('A network.', {
    name: text('Its name.'),
    type: word('Its type.', ['flannel_etcd', 'flannel_server']),
    options: object(
      'Of the network.',
      {},
      {
        address: text('Of the flannel server.'),
        network: text('Its range.'),
        subnetLen: whole('Of each host.'),
        backend: text('How packets travel.'),
      },
    ),
  }),
  V0ContainerManager: object('A container manager. There is no place for a secret.', {
    name: text('Its name.'),
    type: word('Its type.', ['kubernetes', 'openshift', 'trivial']),
    options: object('Where it is.', {}, { server_url: text('Of its API.') }),
  }),
  V0Deploy: record({ version: text('What was deployed.'), deployed: ADDRESSES }),
  V0Upgrade: record({ upgraded: ADDRESSES }),
  V0Restart: record({ restarted: ADDRESSES }),
  V0Credentials: object(
    'How a host is logged in to.',
    { address: text('Its address.'), remote_user: text('The user.') },
    { ssh_priv_key: text('Base64; only where it is reached with a key file.') },
  ),
};

function record(own: Record<string, SchemaNode>): SchemaNode {
  return object('The latest such operation on the cluster.', {
    name: text('Of the cluster.'),
    status: STATUS,
    ...own,
    in_process: listOf('Addresses in hand; those that failed stay here.', { type: 'string' }),
    started_at: TIME,
    finished_at: TIME,
  });
}
