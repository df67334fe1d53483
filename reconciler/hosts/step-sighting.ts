import { cleanBytes, cleanLine } from './clean-text.ts';
import { BOOT_ID } from './facts.ts';
import { parseFrame, wholeNumber } from './frame.ts';

interface Output {
  /** Standard output and error together, as far as kept; cleaned. */
  output: string;
  /** Bytes that were not kept; undefined while that is not known. */
  droppedBytes?: number;
}

/** What was seen of a guarded step on its host. `bootId` is the boot that the host runs under now. */
export type StepSighting =
  /** Nothing with that id was ever started there. */
  | { state: 'absent'; bootId: string }
  /** This call started it. */
  | { state: 'started'; bootId: string }
  /** It has begun and not ended. */
  | ({ state: 'running'; bootId: string; startedBoot: string } & Output)
  /** It has ended; a reboot is only ever `done` when it was refused. */
  | ({ state: 'done'; bootId: string; startedBoot: string; exitCode: number } & Output)
  /**
   * It began and can no longer record its end: the host was booted since (`startedBoot` differs from `bootId`: how a
   * reboot succeeds), or its processes are gone. `startedBoot` is empty when the power went before it stood on disk.
   */
  | ({ state: 'interrupted'; bootId: string; startedBoot: string } & Output)
  /** Another step has this id: nothing was done. */
  | { state: 'foreign'; bootId: string }
  /** The host was booted since the intent: nothing was done. */
  | { state: 'boot-changed'; bootId: string }
  /**
   * The host could not prepare or read the step (read-only or full disk, missing tool), or it was not sent (`reason` says
   * why): nothing was done by this call.
   */
  | { state: 'error'; message: string; reason?: string };

/** Reads the answer of step-start or step-read; undefined when it is no complete, well-formed one. */
export function parseStepSighting(output: string, nonce: string): StepSighting | undefined {
  const fields = parseFrame(output, nonce);
  const state = fields?.get('state');
  if (!fields || state === undefined) return undefined;
  if (state === 'error') return { state, message: cleanLine(fields.get('message') ?? '') || 'the host gave no reason' };
  const bootId = fields.get('bootId') ?? '';
  if (!BOOT_ID.test(bootId)) return undefined;
  const boot = fields.get('startedBoot') ?? '';
  const startedBoot = BOOT_ID.test(boot) ? boot : '';
  switch (state) {
    case 'absent':
    case 'started':
    case 'foreign':
    case 'boot-changed':
      return { state, bootId };
    case 'running':
    case 'interrupted':
      return { state, bootId, startedBoot, ...outputOf(fields) };
    case 'done': {
      const exitCode = wholeNumber(fields.get('exitCode')?.trim());
      return exitCode === undefined ? undefined : { state, bootId, startedBoot, exitCode, ...outputOf(fields) };
    }
    default:
      return undefined;
  }
}

function outputOf(fields: ReadonlyMap<string, string>): Output {
  const droppedBytes = wholeNumber(fields.get('dropped')?.trim());
  const output = cleanBytes(Buffer.from(fields.get('output') ?? '', 'base64'));
  return { output, ...(droppedBytes === undefined ? {} : { droppedBytes }) };
}
