import { defineConfig } from 'vitest/config';
import { NotRunReporter } from './test/support/not-run-reporter.ts';

const shared = { pool: 'forks' as const, disableConsoleIntercept: true, expect: { requireAssertions: true } };

/** Projects: `unit` and `golden` need nothing but Node and stay under 30 seconds; `contract` and `integration` start real
 * servers; `e2e` drives the built command. `npm test` runs them all. */
export default defineConfig({
  test: {
    ...shared,
    reporters: ['default', new NotRunReporter()],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts'],
          // Pure tests: loading every module anew for each of a hundred files would cost more than the tests.
          isolate: false,
          maxWorkers: 2,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // Installing Keystone takes longer than most of the tests together: by hand, INTENDANT_KEYSTONE=1 npm test.
          exclude: process.env.INTENDANT_KEYSTONE === undefined ? ['**/keystone.test.ts'] : [],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // After everything else, one more than there are processors: they mostly wait for daemons and hosts.
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
