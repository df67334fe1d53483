import { messageOf } from '../reconciler/model/errors.ts';
import { EXIT } from './exit-codes.ts';
import type { Log } from './output/log.ts';

/**
 * From now on a failure that nothing in the program waited for ends the process with a sentence in the log, the stack beside
 * it, and the exit code of a bug. Nothing is tidied up first, since what is in memory cannot be relied on any more: it is as
 * after a power cut, from which the next start takes up what was in hand. The answer ends the watching.
 */
export function endOnUnheededFailures(log: Log): () => void {
  const onFailure = (reason: unknown): void => {
    const stack = reason instanceof Error ? reason.stack : undefined;
    log.error(
      { reason: messageOf(reason), stack },
      'an unexpected failure ends the daemon; its next start takes up what was in hand. Please report it with this line',
    );
    process.exit(EXIT.bug);
  };
  process.on('unhandledRejection', onFailure);
  process.on('uncaughtException', onFailure);
  return () => {
    process.off('unhandledRejection', onFailure);
    process.off('uncaughtException', onFailure);
  };
}
