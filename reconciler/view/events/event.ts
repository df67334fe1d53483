import type { ResourceKey } from '../../model/resource.ts';

/**
 * What events tell of. `object`: it is new or something of it has changed; `removed`; `transition`: its status word or a condition
 * has another value; `step`: an operation has begun or ended with a host; `halted`, `resumed`: the brake; `credentials-read`;
 * `relist`: something may have been missed, read again what you show. The only list.
 */
export const EVENT_TYPES = [
  'object',
  'removed',
  'transition',
  'step',
  'halted',
  'resumed',
  'credentials-read',
  'relist',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What happened, as it is told. Texts are fit to be shown; there is no secret in them. */
export interface EventBody {
  /** ISO time: of a transition its own, else when this copy of the view saw it. */
  time: string;
  type: EventType;
  /** Whom it concerns; absent where it is the fleet. */
  key?: ResourceKey;
  /** One line for people. */
  text: string;
  /** Name of the cluster it belongs to. */
  cluster?: string;
  /** `object`: the one word that it has now. */
  status?: string;
  /** `object` of an Operation: how far it is. */
  progress?: Progress;
  /** `transition`: `status`, or the type of the condition; from and to are `absent` where there was or is none. */
  of?: string;
  from?: string;
  to?: string;
  /** `transition` of a condition: its reason now, and its message. */
  reason?: string;
  message?: string;
  /** `step`: the host, what became of it, and where that is known how. */
  host?: string;
  state?: 'began' | 'ended';
  result?: string;
  /** `credentials-read`, `halted`: who did it. */
  who?: string;
}

/** An event with its place: `id` is what a reader gives back to go on after it. */
export interface FleetEvent extends EventBody {
  id: string;
}

/** Hosts of an operation by what became of them, and its batches. */
export interface Progress {
  hosts: Record<string, number>;
  batch: number;
  batches: number;
}
