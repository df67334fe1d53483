import type { KindLog } from '../../reconciler/kinds/context.ts';

/** A log that keeps quiet. */
export const silentLog: KindLog = { info: () => undefined, warn: () => undefined };
