import { nameSome, type Hold } from './decide.ts';

/** An operation that another one waits for, and the phase that it is in; undefined = it was never looked at. */
export interface Dependency {
  name: string;
  phase: string | undefined;
}

/** Reason of the hold while an operation that must come first has not ended. */
export const DEPENDENCY_NOT_READY = 'DependencyNotReady';
/** Reason of the hold while one that must succeed first has failed or was cancelled. */
export const DEPENDENCY_FAILED = 'DependencyFailed';

/** Why an operation may not begin, as far as those that it depends on go; undefined = all have succeeded. Pure. */
export function dependencyHold(dependencies: readonly Dependency[]): Hold | undefined {
  const failed = dependencies.filter(({ phase }) => phase === 'Failed' || phase === 'Cancelled');
  if (failed.length > 0) {
    const message = `depends on ${list(failed)}; it begins once a retry of that has succeeded, or spec.dependsOn no longer names it`;
    return { reason: DEPENDENCY_FAILED, message };
  }
  const waiting = dependencies.filter(({ phase }) => phase !== 'Succeeded');
  if (waiting.length === 0) return undefined;
  return { reason: DEPENDENCY_NOT_READY, message: `waits until ${list(waiting)} has succeeded` };
}

function list(dependencies: readonly Dependency[]): string {
  return nameSome(dependencies.map(({ name, phase }) => `${name} (${phase ?? 'Pending'})`));
}
