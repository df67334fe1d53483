import { join } from 'node:path';
import { RotatingLog } from '../engine/audit/rotating-log.ts';
import type { KindLog } from '../kinds/context.ts';
import { Transient } from '../model/errors.ts';
import type { ViewEvent } from '../view/http/credentials.ts';

const FILE_BYTES = 8 * 1024 * 1024;
const FILES = 16;

export interface ViewEvents {
  /** Throws Transient `EVENT_NOT_WRITTEN`: then what the event speaks of must not happen. */
  record(event: ViewEvent): Promise<void>;
  close(): Promise<void>;
}

export interface ViewEventsOptions {
  state: string;
  /** Of the file; no other process may write it. */
  name: string;
  log: KindLog;
}

/** Events of the view, in `<state>/audit/<name>.jsonl`: on the disk before what they speak of happens, and in the log. */
export function openViewEvents({ state, name, log }: ViewEventsOptions): ViewEvents {
  const file = new RotatingLog({
    folder: join(state, 'audit'),
    name,
    maxBytes: FILE_BYTES,
    files: FILES,
    onTrouble: (error) => {
      if (error) log.warn({ err: error }, 'events of the view cannot be written');
    },
  });
  return {
    async record(event) {
      await file.appendSynced(JSON.stringify(event)).catch((cause: unknown) => {
        throw new Transient('The event could not be written down.', { code: 'EVENT_NOT_WRITTEN', cause });
      });
      log.info({ event }, 'something was done through the view');
    },
    close: () => file.close(),
  };
}
