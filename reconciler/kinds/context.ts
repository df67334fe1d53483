import type { AlertGate } from '../../schema/generated/types.ts';
import type { Clock } from '../model/clock.ts';
import type { Controller } from '../model/controller.ts';
import type { Inventory, Kind, Resource, ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import type { Json } from '../model/json.ts';
import type { HostHands } from '../hosts/host.ts';
import type { ProfileExtra } from './host-profile/extra.ts';
import type { Troubles } from './fleet/troubles.ts';
import type { FleetSight } from './host/sight.ts';
import type { Evidence } from '../rollout/approval.ts';
import type { AlertAnswer } from '../rollout/alerts.ts';
import type { Halt } from '../rollout/brake.ts';

/** What every kind may know while it plans: passed in, so that planning stays pure. */
export interface KindContext {
  nowMs: number;
  /** The revision that is in effect. */
  revision: { branch: string; commit: string; sequence: number };
  /** The commit that last changed this object's spec or what it refers to; undefined = not since the daemon started. */
  changedIn(key: ResourceKey): string | undefined;
  /** The daemon, as claims name it. */
  holder: string;
}

/** What kinds read: the inventory and the live state, both in memory. */
export interface LiveState {
  get(key: string): Json | undefined;
  /** Keys and values below a prefix, in key order. */
  list(prefix: string): Iterable<[key: string, value: Json]>;
}

/** An operation whose approval is looked up in the history. */
export interface ApprovalQuery {
  key: ResourceKey<'Operation'>;
  /** The file of its document. */
  file: string;
  /** The accepted commit. */
  commit: string;
  /** The approval that the document holds there. */
  digest: string;
  /** Digest of the bound part of its spec there. */
  spec: string;
}

/** What kinds need of the world. */
export interface KindDeps {
  live: LiveState;
  inventory(): Inventory;
  hands: HostHands;
  /** Name of the fleet: part of the folder on the hosts. */
  fleet: string;
  /** Folder on the hosts that holds the records of guarded steps. */
  stepsRoot: string;
  clock: Clock;
  /** Why no step may begin on any host; undefined = steps may begin. */
  halt(): Halt | undefined;
  /** The last answer of an alert gate; undefined = none yet. Never waits. */
  alerts(gate: AlertGate): AlertAnswer | undefined;
  /** Why the daemon's own clock cannot be trusted to say whether a maintenance window is open; undefined = it can. */
  clockDoubt(): string | undefined;
  /** What the history says of an approval, as far as it has been read; absent where there is no history to ask. */
  approvals?(query: ApprovalQuery): Evidence;
  /** Which signers are believed, where signatures are checked: what was found with others is looked up again. */
  signers?(): string;
  /** Hosts on which a step of this object is running in this process. */
  inFlight(owner: ResourceKey): ReadonlySet<string>;
  /** Wall-clock milliseconds of the last session with each host that worked, in this process. */
  lastSeen: Map<string, number>;
  /** Wall-clock milliseconds at which the last comparison of each host with its profile began, in this process. */
  lastCompared: Map<string, number>;
  /**
   * What the profiles of hosts are given beside the repository and the facts, where their cluster has this container manager. The same object
   * as long as nothing of it has changed. Throws InvalidInput `CREDENTIAL_UNREADABLE`.
   */
  profileExtra(manager: Resource<'ContainerManager'> | undefined): Promise<ProfileExtra>;
  /** Whether most hosts are away at once. */
  sight: FleetSight;
  /** What keeps the daemon from its repositories now. */
  troubles: Troubles;
  log: KindLog;
}

/** Structured log: a constant message and the facts beside it. */
export interface KindLog {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
}

/** A controller as the registry holds it. */
export type AnyController = Controller<Kind, unknown, KindDeps, KindContext> & KindTraits;

export interface KindTraits {
  /**
   * True: one look at an object of this kind is over, its record written, before the next begins, because what one decides the
   * others must see. Only for kinds whose `observe` waits for nothing.
   */
  inTurn?: boolean;
  /** Whom a change of this object's status concerns, beside those who refer to it. */
  affects?(key: ResourceKey, status: ObjectStatus | undefined, deps: KindDeps): readonly ResourceKey[];
}
