import type { Scenario } from './scenario.ts';

/**
 * Once the host goes down it stays down, and an operation that waits for it stays where it is, however slow the machine is; until
 * `release`, which lets it come back.
 */
export async function holdDown({ fleet }: Scenario, host: string): Promise<() => Promise<void>> {
  await fleet.control.setFaults({ neverComesBack: true }, [host]);
  return async () => {
    await fleet.control.setFaults({ neverComesBack: undefined }, [host]);
    await fleet.control.powerOn([host]);
  };
}
