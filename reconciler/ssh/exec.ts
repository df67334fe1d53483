import type { Client, ClientChannel } from 'ssh2';
import { abortReason } from '../model/clock.ts';

/** How long a server may take to open a channel before it counts as gone. */
const OPEN_TIMEOUT_MS = 10_000;

/**
 * Starts a command and gives its stream (stdin, stdout, `.stderr`, events `exit` and `close`). The string is one that
 * was rendered from typed bits; nothing is quoted here. Rejects with a plain Error when the channel does not open within
 * `openTimeoutMs`, and with the signal's reason. ssh2 has no deadline of its own: the caller bounds the run.
 */
export function exec(
  client: Client,
  command: string,
  signal: AbortSignal,
  openTimeoutMs: number = OPEN_TIMEOUT_MS,
): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    let open = true;
    const timer = setTimeout(() => settle(new Error(`no channel within ${openTimeoutMs} ms`)), openTimeoutMs);
    const aborted = (): void => settle(abortReason(signal));
    const closed = (): void => settle(new Error('the connection closed'));
    function settle(outcome: Error | ClientChannel): void {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      client.off('close', closed);
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    }
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    client.once('close', closed);
    try {
      client.exec(command, (error, stream) => {
        if (error) return settle(error);
        // A stream without an error listener would end the process; what went wrong shows as a missing exit event.
        stream.on('error', () => undefined);
        stream.stderr.on('error', () => undefined);
        if (open) settle(stream);
        else stream.close();
      });
    } catch (error) {
      settle(error instanceof Error ? error : new Error(String(error)));
    }
  });
}
