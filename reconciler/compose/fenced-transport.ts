import { Transient } from '../model/errors.ts';
import type { HostSession, HostTransport } from '../hosts/transport.ts';
import type { Lease } from '../store/state-store.ts';

/**
 * The same hosts, but only for as long as the lease is held: looked at by the clock right before each connection and each
 * command, so that a process that was frozen past its lease sends nothing when it wakes, although no timer has told it yet.
 * Throws Transient `LEASE_LOST`.
 */
export function fencedTransport(transport: HostTransport, lease: Pick<Lease, 'held'>): HostTransport {
  const refuseWithoutLease = (): void => {
    if (lease.held()) return;
    throw new Transient('The lease of this fleet is no longer ours: nothing more is sent to a host.', {
      code: 'LEASE_LOST',
      hint: 'Another daemon may be acting; this one must take the lease anew before it goes on.',
    });
  };
  const fenced = (session: HostSession): HostSession => ({
    hostKey: session.hostKey,
    firstUse: session.firstUse,
    sudoPassword: () => session.sudoPassword(),
    async run(command, limits, signal) {
      refuseWithoutLease();
      return session.run(command, limits, signal);
    },
    async upload(file, limits, signal) {
      refuseWithoutLease();
      return session.upload(file, limits, signal);
    },
    release: () => session.release(),
  });
  return {
    async open(target, signal) {
      refuseWithoutLease();
      return fenced(await transport.open(target, signal));
    },
    drop: (name) => transport.drop(name),
    close: () => transport.close(),
  };
}
