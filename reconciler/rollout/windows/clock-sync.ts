/**
 * Whether the daemon's own clock is right: `synchronised` and `unsynchronised` are what the machine says of it, `unknown`
 * that nobody there knows.
 */
export type ClockSync = 'synchronised' | 'unsynchronised' | 'unknown';

/** What windows make of it: `when-known`: only a clock that is known to be off closes them; `required`: so does one of which nothing is known. */
export type ClockRule = 'when-known' | 'required' | 'ignored';

/** Why the clock cannot be trusted to say whether a window is open; undefined = it can. Pure. */
export function clockDoubt(sync: ClockSync, rule: ClockRule): string | undefined {
  if (rule === 'ignored' || sync === 'synchronised') return undefined;
  if (sync === 'unsynchronised') {
    return "the daemon's clock is not synchronised, so whether a maintenance window is open cannot be told; look at timesyncd, chrony or ntpd on its machine";
  }
  if (rule !== 'required') return undefined;
  return "nothing on the daemon's machine says whether its clock is synchronised, and `clock.sync` is `required`; run timesyncd, chrony or ntpd there";
}
