import type { HostFaults } from './faults.ts';
import type { HostEvent } from './record.ts';

/** A host to simulate. */
export interface SimulatedHostSpec {
  name: string;
  /** The address and port it has in the inventory: where a jump host's forwarding finds it. */
  address?: string;
  port?: number;
}

/** The first message to the fleet's process. */
export interface FleetStart {
  hosts: SimulatedHostSpec[];
  seed: number;
  rebootMs: number;
  /** Public key, `ssh-ed25519 AAAA…`, of the only client that may log in. */
  clientKey: string;
  /** JSON lines of what happened on the hosts. */
  recordFile?: string;
  /** Path of a unix socket on which other processes may control the fleet. */
  controlSocket?: string;
}

/** Its answer: per host the port on 127.0.0.1 and the public host key. */
export type FleetReady = Record<string, { port: number; hostKey: string }>;

/** Something of a profile, by its name or path. */
export interface DriftItem {
  kind: 'package' | 'file' | 'service';
  name: string;
}

/** What may be asked of a fleet while it runs. `hosts` left out means all of them. */
export interface FleetControl {
  /** Switches faults; those not named stay as they are, `undefined` or null switches one off. */
  setFaults(faults: HostFaults, hosts?: readonly string[]): Promise<void>;
  /** Power loss: no farewell to open connections, down until `powerOn`. */
  cut(hosts?: readonly string[]): Promise<void>;
  powerOn(hosts?: readonly string[]): Promise<void>;
  /** Reboots as if someone had done it at the console. */
  reboot(hosts?: readonly string[]): Promise<void>;
  /** What somebody does by hand: a package is removed, the content of a file changes, a service is stopped. */
  drift(item: DriftItem, hosts?: readonly string[]): Promise<void>;
  /** The hosts' own record, oldest first, from the given position on. */
  records(hosts?: readonly string[], from?: number): Promise<HostEvent[]>;
}

export const CONTROL_METHODS = ['setFaults', 'cut', 'powerOn', 'reboot', 'drift', 'records'] as const;
export type ControlMethod = (typeof CONTROL_METHODS)[number];

/** A request on either channel. */
export interface ControlRequest {
  id: number;
  method: ControlMethod;
  faults?: Record<string, unknown>;
  item?: DriftItem;
  hosts?: readonly string[];
  from?: number;
}

/** The answer to it. */
export interface ControlAnswer {
  id: number;
  result?: HostEvent[];
  error?: string;
}
