import type { Context } from 'hono';
import { stream } from 'hono/streaming';
import { isoTime, type Clock } from '../model/clock.ts';
import { exportLines, storeEmpty } from '../store/export-format.ts';
import { readMeta } from '../store/meta.ts';
import type { StateStore } from '../store/state-store.ts';

export interface SendExportOptions {
  store: StateStore;
  fleet: string;
  clock: Clock;
  /** Ends it when the daemon stops. */
  stopping: AbortSignal;
}

/** Answers with an export of the store as it stands now. One that breaks off lacks its last line. */
export async function sendExport(c: Context, { store, fleet, clock, stopping }: SendExportOptions): Promise<Response> {
  const meta = await readMeta(store, c.req.raw.signal);
  if (meta === undefined) throw storeEmpty(fleet);
  const left = new AbortController();
  const signal = AbortSignal.any([stopping, left.signal]);
  return stream(
    c,
    async (out) => {
      out.onAbort(() => left.abort());
      for await (const part of exportLines(store, { fleet, meta, at: isoTime(clock.now()) }, signal))
        await out.write(part);
    },
    // The reader sees that the end is missing.
    async () => left.abort(),
  );
}
