/**
 * Every exit code of `intendant`, and nothing else decides one. `README.md` shows this table; a test compares the two.
 */
export const EXIT = {
  /** Done, and nothing to complain about. */
  ok: 0,
  /** It did not work; the message says why. */
  error: 1,
  /** The command line was wrong: an unknown command, flag or value. */
  usage: 2,
  /** `plan --detailed-exitcode`: the plan holds changes. With that flag a wrong command line exits 1, so that 2 says only this. */
  changes: 2,
  /** `status`: something is unhealthy, the heartbeat is overdue, or the tip of the config branch is not processed. */
  unhealthy: 4,
  /** `run`: a fault of the program ended it; the log has the stack. What was in hand is taken up again at the next start. */
  bug: 70,
  /** Stopped by Ctrl-C or SIGTERM before the work was done. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
