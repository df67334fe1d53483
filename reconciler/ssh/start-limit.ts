import { Slots } from './slots.ts';

/** How many logins may be under way at once; more trip `MaxStartups` of a bastion and block the event loop. */
export const DEFAULT_CONCURRENT_STARTS = 20;

/** The places for logins under way, shared by everything that connects. */
export function startLimit(concurrent: number = DEFAULT_CONCURRENT_STARTS): Slots {
  return new Slots(concurrent);
}
