import type { Json } from '../../model/json.ts';

/** Answers of Commissaire, in the order in which it wrote their members. None of them has a place for a secret. */

export interface ClusterObject {
  name: string;
  status: string;
  network: string;
  /** Addresses, sorted. */
  hostset: string[];
  container_manager: string;
  hosts: { total: number; available: number; unavailable: number };
}

export interface HostObject {
  address: string;
  status: string;
  os: string;
  cpus: number;
  /** MB. */
  memory: number;
  /** Bytes. */
  space: number;
  /** UTC, Commissaire's form; `""`: never. */
  last_check: string;
  source: string;
}

export interface HostStatusObject {
  type: 'host_only';
  host: { last_check: string; status: string };
  /** What the manager says of the host; empty where it has none, or none that is spoken to. */
  container_manager: Record<string, string>;
}

export interface NetworkObject {
  name: string;
  type: string;
  options: Record<string, Json>;
}

export interface ContainerManagerObject {
  name: string;
  type: string;
  /** Where it is. Tokens, certificates and keys have no place here. */
  options: { server_url?: string };
}

export type RecordStatus = 'in_process' | 'finished' | 'failed';

/** What the three operation records have in common. */
export interface OperationTimes {
  started_at: string;
  /** `""` while it runs. */
  finished_at: string;
}

export interface DeployRecord extends OperationTimes {
  name: string;
  status: RecordStatus;
  version: string;
  deployed: string[];
  in_process: string[];
}

export interface UpgradeRecord extends OperationTimes {
  name: string;
  status: RecordStatus;
  upgraded: string[];
  in_process: string[];
}

export interface RestartRecord extends OperationTimes {
  name: string;
  status: RecordStatus;
  restarted: string[];
  in_process: string[];
}

export interface CredentialsObject {
  address: string;
  /** Base64; only where the host is reached with a key file. */
  ssh_priv_key?: string;
  remote_user: string;
}
