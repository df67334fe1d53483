import type { Connection, HostSpec } from '../../../schema/generated/types.ts';
import type { HostTarget } from '../../hosts/transport.ts';
import { InvalidInput } from '../../model/errors.ts';
import { keyOf, type Inventory } from '../../model/resource.ts';
import { keys } from '../../store/keys.ts';
import type { LiveState } from '../context.ts';
import { fleetSpec } from '../fleet/spec.ts';
import { asHostRecord, isSameMachine } from './record.ts';

/** More jumps than this is a mistake. */
const MAX_JUMPS = 4;

/**
 * Where and as whom to log in to a host: its own fields over its cluster's connection defaults over the fleet's over the
 * built-in ones (root, port 22, pinned keys). A key recorded on first use counts for the address it was seen at, and only where no
 * key is written down.
 */
export function resolveTarget(name: string, inventory: Inventory, live: LiveState, depth = 0): HostTarget {
  const spec: HostSpec | undefined = inventory.get(keyOf('Host', name))?.spec;
  if (!spec) throw new InvalidInput(`host ${name} is not in the repository`, { code: 'HOST_NOT_FOUND' });
  if (depth > MAX_JUMPS) {
    throw new InvalidInput(`host ${name} is behind more than ${MAX_JUMPS} jump hosts`, { code: 'TOO_MANY_JUMPS' });
  }
  const defaults = connectionDefaults(spec.cluster, inventory);
  const port = spec.port ?? defaults.port ?? 22;
  const record = asHostRecord(live.get(keys.record(keyOf('Host', name))));
  const here = { address: spec.address, port, reimage: spec.reimage };
  const recorded = isSameMachine(record, here) ? record.hostKey : undefined;
  const jump = spec.jumpHost ?? (defaults.jumpHost === name ? undefined : defaults.jumpHost);
  const through = jump === undefined ? undefined : resolveTarget(jump, inventory, live, depth + 1);
  return {
    name,
    address: spec.address,
    port,
    user: spec.user ?? defaults.user ?? 'root',
    identity: spec.identity ?? defaults.identity,
    hostKeys: spec.hostKeys ?? [],
    trustOnFirstUse: spec.hostKeys === undefined && defaults.hostKeys === 'trust-on-first-use',
    ...(recorded ? { recordedKey: recorded } : {}),
    jumps: through ? [...through.jumps, { ...through, jumps: [] }] : [],
  };
}

function connectionDefaults(cluster: string | undefined, inventory: Inventory): Connection {
  const own = cluster === undefined ? undefined : inventory.get(keyOf('Cluster', cluster))?.spec.connection;
  return { ...fleetSpec(inventory)?.connection, ...own };
}
