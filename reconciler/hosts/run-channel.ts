import type { ClientChannel } from 'ssh2';
import { abortReason } from '../model/clock.ts';
import type { Clock } from '../model/clock.ts';
import { formatDuration } from '../model/duration.ts';
import { Sensitive } from '../model/sensitive.ts';
import { CappedOutput } from './output.ts';
import type { LostCode } from './lost.ts';
import { asksAgain } from './sudo.ts';
import type { CommandResult, RunLimits } from './transport.ts';

/** Bytes of each stream that are kept when nothing else is said. */
export const DEFAULT_OUTPUT_BYTES = 65_536;
/** A command that prints this much more than is kept will not end by itself, and reading on costs us as much as it. */
const MAX_DROPPED_BYTES = 1024 * 1024;
/** What is looked through for the word that a command is ready for its input. */
const MAX_BEFORE_READY = 65_536;
/** A command that is given nothing is told so this much later: most have ended by then, and a packet is saved. */
const NO_INPUT_AFTER_MS = 100;
/** After the exit code a process left behind may hold the streams open; this much silence ends the waiting. */
const SILENCE_AFTER_EXIT_MS = 1000;

/**
 * Follows a started command to its end. Resolves with `lost` when the channel closes without an exit code or the time is
 * up, or when it does not stop printing: then the command is sent TERM and the channel is closed, and it may run on all the
 * same. Rejects only with the signal's reason.
 *
 * @param limits `leftMs`: what is left of `timeoutMs`, when some of it has gone by; messages name the whole.
 */
export function runChannel(
  channel: ClientChannel,
  limits: RunLimits & { leftMs?: number },
  clock: Clock,
  signal: AbortSignal,
): Promise<CommandResult> {
  const since = clock.monotonic();
  const stdout = new CappedOutput(limits.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES);
  const stderr = new CappedOutput(limits.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES);
  return new Promise((resolve, reject) => {
    let exit: { exitCode?: number; signal?: string } | undefined;
    let silence: NodeJS.Timeout | undefined;
    const deadline = setTimeout(timedOut, limits.leftMs ?? limits.timeoutMs);
    const noInput =
      limits.stdin === undefined && !limits.preface && setTimeout(() => void channel.end(), NO_INPUT_AFTER_MS);

    function settle(lostBecause?: string, lostCode: LostCode = 'CONNECTION_LOST'): void {
      cleanUp();
      resolve({
        ...(exit && lostBecause === undefined
          ? { ended: 'exited', ...exit }
          : { ended: 'lost', lostBecause, lostCode }),
        stdout: stdout.text(),
        stderr: stderr.text(),
        droppedBytes: stdout.dropped + stderr.dropped,
        durationMs: clock.monotonic() - since,
      });
    }
    function cleanUp(): void {
      clearTimeout(deadline);
      clearTimeout(silence);
      if (noInput) clearTimeout(noInput);
      signal.removeEventListener('abort', aborted);
    }
    function abandon(): void {
      try {
        channel.signal('TERM');
        channel.close();
        channel.end();
      } catch {
        // The connection is already gone; there is nobody left to tell.
      }
      channel.resume();
      channel.stderr.resume();
    }
    function timedOut(): void {
      abandon();
      settle(exit ? undefined : `no answer within ${formatDuration(limits.timeoutMs)}`, 'COMMAND_TIMED_OUT');
    }
    function flooded(): void {
      abandon();
      settle('it printed more than an answer may hold and did not stop', 'ENDLESS_OUTPUT');
    }
    function aborted(): void {
      abandon();
      cleanUp();
      reject(abortReason(signal));
    }
    function quiet(): void {
      clearTimeout(silence);
      silence = setTimeout(() => {
        channel.close();
        settle();
      }, SILENCE_AFTER_EXIT_MS);
    }
    function follow(output: CappedOutput): (chunk: Buffer) => void {
      return (chunk) => {
        output.add(chunk);
        if (output.dropped > MAX_DROPPED_BYTES) flooded();
        else if (exit) quiet();
      };
    }

    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    channel.on('data', follow(stdout));
    channel.stderr.on('data', follow(stderr));
    channel.on('exit', (code: number | null, name?: string) => {
      exit = code === null ? { signal: name } : { exitCode: code };
      quiet();
    });
    channel.on('close', (code?: number | null, name?: string) => {
      // A quick command's exit may come in one packet with the opening of its channel, before anyone listens for it;
      // the close repeats it.
      if (code !== undefined) exit ??= code === null ? { signal: name } : { exitCode: code };
      settle(exit ? undefined : 'the connection closed before the command had ended');
    });
    if (!noInput) feed(channel, limits);
  });
}

/** Writes the input and closes it; with a preface, the input follows when the command is ready for it. */
function feed(channel: ClientChannel, { stdin, preface }: RunLimits): void {
  const rest = (): void => void channel.end(stdin instanceof Sensitive ? stdin.reveal() : stdin);
  if (!preface) return rest();
  let said = '';
  let complaint = '';
  let open = true;
  const settle = (then: () => void): void => {
    if (open) then();
    open = false;
  };
  channel.on('data', (chunk: Buffer) => {
    if (!open) return;
    said = (said + chunk.toString('latin1')).slice(-MAX_BEFORE_READY);
    if (said.includes(preface.ready)) settle(rest);
  });
  channel.stderr.on('data', (chunk: Buffer) => {
    if (!open) return;
    complaint = (complaint + chunk.toString('latin1')).slice(-MAX_BEFORE_READY);
    if (asksAgain(complaint)) settle(() => void channel.end());
  });
  channel.write(preface.line.reveal());
}
