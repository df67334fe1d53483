import type { Reporter, TestModule } from 'vitest/node';

/** Lists by name the tests that did not run for want of a real part (`describeWith`), after everything else. */
export class NotRunReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const names = modules.flatMap((module) => [...module.children.allTests('skipped')].map((test) => test.fullName));
    if (names.length === 0) return;
    process.stdout.write(`\n Not run (${names.length}):\n${names.map((name) => `   ${name}\n`).join('')}`);
  }
}
