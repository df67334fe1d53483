import type { SSEStreamingApi } from 'hono/streaming';
import type { Clock } from '../model/clock.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { keys } from '../store/keys.ts';
import type { StateStore } from '../store/state-store.ts';
import { asStatus } from './store-view.ts';

/** One change, as told to who watches. `ready`: from now on nothing is missed. `relist`: something may have been; list again. */
export type ProgressEvent =
  | { type: 'ready' }
  | { type: 'object'; status: ObjectStatus }
  | { type: 'removed'; key: ResourceKey }
  | { type: 'relist' };

export interface ProgressOptions {
  store: StateStore;
  clock: Clock;
  stopping: AbortSignal;
}

/** So often something is sent when nothing happens, so that both sides notice when the other has gone. */
const KEEP_ALIVE_MS = 15_000;

/** Sends the changes of objects until the reader leaves or the daemon stops. */
export async function sendProgress(stream: SSEStreamingApi, options: ProgressOptions): Promise<void> {
  const { store, clock, stopping } = options;
  const left = new AbortController();
  stream.onAbort(() => left.abort());
  const signal = AbortSignal.any([stopping, left.signal]);
  const { revision } = await store.list(keys.objects, { limit: 1 }, signal);
  const send = (event: ProgressEvent): Promise<void> => stream.writeSSE({ data: JSON.stringify(event) });
  const keepAlive = keepSending(stream, clock, signal);
  await send({ type: 'ready' });
  try {
    for await (const hint of store.watch(keys.objects, revision, signal)) {
      if (hint.type === 'relist') await send({ type: 'relist' });
      else if (hint.key.startsWith(keys.objects)) await send(await eventOf(store, hint.key, signal));
    }
  } finally {
    left.abort();
    await keepAlive;
  }
}

async function eventOf(store: StateStore, key: string, signal: AbortSignal): Promise<ProgressEvent> {
  const entry = await store.get(key, signal);
  if (entry) return { type: 'object', status: asStatus(entry) };
  return { type: 'removed', key: key.slice(keys.objects.length) as ResourceKey };
}

async function keepSending(stream: SSEStreamingApi, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const slept = await clock.sleep(KEEP_ALIVE_MS, signal).then(
      () => true,
      () => false,
    );
    if (slept) await stream.write(':\n\n');
  }
}
