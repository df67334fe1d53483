/** Why a host's answer did not come, for conditions: each has another remedy. */
export type LostCode = 'COMMAND_TIMED_OUT' | 'CONNECTION_LOST' | 'ENDLESS_OUTPUT';

/** The connection went, or the deadline passed, before the host had answered: what happened there is not known. */
export interface Lost {
  /** What was seen, one clean line. */
  lost: string;
  /** Default `CONNECTION_LOST`. */
  code?: LostCode;
}

const REMEDIES: Record<LostCode, string> = {
  COMMAND_TIMED_OUT:
    'It lets us log in and does not answer: look at its load, memory and disks (a hung mount), and at what its shell profile waits for.',
  CONNECTION_LOST:
    'Read the log of its sshd (journalctl -u ssh) and look whether a firewall in between cuts connections; it is tried again by itself.',
  ENDLESS_OUTPUT:
    'Log in by hand and see which shell profile, forced command or program prints it, and silence that; it is tried again by itself.',
};

/** What became of a host that gave no answer, as code and text with the remedy. */
export function tellLost(name: string, { lost, code = 'CONNECTION_LOST' }: Lost): { code: LostCode; message: string } {
  return { code, message: `${name}: ${lost}. ${REMEDIES[code]}` };
}

/** Conditions under which a host was not reached, or went away in the middle: not its own fault when all have it. */
export const UNREACHED_REASONS: ReadonlySet<string> = new Set([
  'HostUnreachable',
  'LoginTimedOut',
  'ConnectionLost',
  'CommandTimedOut',
]);
