import type { ContainerManagerSpec } from '../../../schema/generated/types.ts';

/**
 * Why this build does not speak to a container manager; undefined = it does. It speaks to `trivial` alone, which schedules
 * nothing. Pure.
 */
export function notSpokenTo(name: string, spec: ContainerManagerSpec | undefined): string | undefined {
  if (spec?.type === 'trivial') return undefined;
  if (!spec) return `there is no container manager ${name}`;
  return `this build does not speak to the container manager ${name} (${spec.type})`;
}
