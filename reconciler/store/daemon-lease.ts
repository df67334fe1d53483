/** Name of the lease that makes a process the daemon of its fleet. */
export const DAEMON_LEASE = 'daemon';
