import { startFleet } from '../../reconciler/demo/fleet.ts';
import { hostTransportSuite } from '../support/host-transport-suite.ts';
import type { HostUnderTest } from '../support/host-transport-suite.ts';

async function simulatedHost(user: string): Promise<HostUnderTest> {
  const fleet = await startFleet({ hosts: ['sim-1'] });
  const { host: address, port } = fleet.addresses.get('sim-1')!;
  const hostKeys = [fleet.hostKeys.get('sim-1')!];
  return {
    target: { name: 'sim-1', address, port, user, hostKeys, trustOnFirstUse: false, jumps: [] },
    options: { identities: { default: { keyEnv: 'SIM_KEY' } }, env: { SIM_KEY: fleet.clientKey } },
    stepsRoot: '/var/lib/intendant/test/steps',
    async cut() {
      await fleet.control.setFaults({ unreachable: true });
      await fleet.control.setFaults({ unreachable: undefined });
    },
    stop: () => fleet.control.setFaults({ unreachable: true }),
    start: () => fleet.control.setFaults({ unreachable: undefined }),
    changeHostKey: () => fleet.control.setFaults({ changedHostKey: true }),
    close: () => fleet.stop(),
  };
}

hostTransportSuite('over a simulated host, as root', () => simulatedHost('root'));
hostTransportSuite('over a simulated host, through sudo', () => simulatedHost('deploy'));
