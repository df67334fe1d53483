import { InvalidInput } from '../model/errors.ts';
import type { SimulatedFleet } from './fleet.ts';

/** Where an inventory says that a host is. */
export interface InventoryAddress {
  name: string;
  address: string;
  /** Default 22. */
  port?: number;
}

/** What the transport needs in order to reach simulated hosts under the addresses of the inventory. */
export interface DialMaps {
  /** `address:port` of the inventory to `127.0.0.1:port` of the simulation. */
  dialMap: Record<string, string>;
  /** `address:port` of the inventory to the host keys that are right there. */
  hostKeyMap: Record<string, string[]>;
}

/** The maps for these hosts. Throws InvalidInput `NOT_SIMULATED` for one that the fleet does not have. */
export function dialMaps(
  fleet: Pick<SimulatedFleet, 'addresses' | 'hostKeys'>,
  hosts: readonly InventoryAddress[],
): DialMaps {
  const maps: DialMaps = { dialMap: {}, hostKeyMap: {} };
  for (const { name, address, port = 22 } of hosts) {
    const real = fleet.addresses.get(name);
    const key = fleet.hostKeys.get(name);
    if (!real || !key) {
      throw new InvalidInput(`The simulated fleet has no host named ${name}.`, { code: 'NOT_SIMULATED' });
    }
    maps.dialMap[`${address}:${port}`] = `${real.host}:${real.port}`;
    maps.hostKeyMap[`${address}:${port}`] = [key];
  }
  return maps;
}
