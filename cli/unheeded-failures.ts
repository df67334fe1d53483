import { messageOf } from '../reconciler/model/errors.ts';
import type { Log } from './output/log.ts';

/**
 * From now on a failure that nothing in the program waited for is logged, and the daemon goes on: what it belongs to is tried
 * again or looked at again, since every loop starts from what is stored. An exception that nobody caught is logged too and still
 * ends the process, with Node's own report and exit code. The answer ends the watching.
 */
export function logUnheededFailures(log: Log): () => void {
  const onRejection = (reason: unknown): void =>
    log.warn(described(reason), 'a failure that nothing waited for; going on');
  const onException = (error: Error): void => log.warn(described(error), 'an unexpected failure ends the process');
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtExceptionMonitor', onException);
  return () => {
    process.off('unhandledRejection', onRejection);
    process.off('uncaughtExceptionMonitor', onException);
  };
}

function described(reason: unknown): Record<string, unknown> {
  return { reason: messageOf(reason), stack: reason instanceof Error ? reason.stack : undefined };
}
