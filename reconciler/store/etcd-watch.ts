import type { IDuplexStream, IWatchRequest, IWatchResponse } from 'etcd3';
import { prefixRange, type EtcdConnection } from './etcd-connection.ts';
import { HintFeed } from './hint-feed.ts';
import { isInternalKey } from './keys.ts';
import type { WatchHint } from './state-store.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

export interface WatchOptions {
  relistEveryMs: number;
  buffer: number | undefined;
  /** Also the store's own keys: for those who wait for a lease. */
  internal?: boolean;
}

/**
 * Hints from after `revision` on. Each subscription has a stream of its own. Whatever goes wrong (a compacted revision, a
 * lost connection, a server that was restored and is now behind), the next subscription starts at the revision that the
 * server has now, and the reader is told to list again once it stands: so nothing is waited for that never comes.
 */
export async function* watchEtcd(
  connection: EtcdConnection,
  prefix: string,
  revision: number,
  signal: AbortSignal,
  options: WatchOptions,
): AsyncGenerator<WatchHint> {
  if (signal.aborted) return;
  const feed = new HintFeed(options.buffer);
  const ended = new AbortController();
  const stop = (): void => {
    ended.abort();
    feed.close();
  };
  signal.addEventListener('abort', stop, { once: true });
  const running = [
    follow(connection, prefix, revision, ended.signal, feed, options.internal ?? false),
    relistNowAndThen(connection, options.relistEveryMs, ended.signal, feed),
  ];
  try {
    yield* feed;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    await Promise.all(running);
  }
}

async function follow(
  connection: EtcdConnection,
  prefix: string,
  revision: number,
  signal: AbortSignal,
  feed: HintFeed,
  internal: boolean,
): Promise<void> {
  let from = revision;
  let troubled = false;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      if (troubled) from = await connection.currentRevision(signal);
      const stood = await subscribe(connection, prefix, from, signal, {
        created: () => {
          if (troubled) feed.push({ type: 'relist' });
        },
        hint: (hint) => {
          if (internal || hint.type === 'relist' || !isInternalKey(hint.key)) feed.push(hint);
        },
      });
      if (stood) pauseMs = FIRST_PAUSE_MS;
    } catch {
      // The server does not answer: tried again after the pause, and the reader lists again then.
    }
    troubled = true;
    await pause(connection, pauseMs * (0.5 + connection.random() / 2), signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

interface Listener {
  created(): void;
  hint(hint: WatchHint): void;
}

/** One subscription, until something ends it. Resolves with whether it ever stood. */
async function subscribe(
  connection: EtcdConnection,
  prefix: string,
  from: number,
  signal: AbortSignal,
  listener: Listener,
): Promise<boolean> {
  const stream = await openStream(connection, signal);
  return new Promise<boolean>((resolve) => {
    let stood = false;
    const timer = setTimeout(finish, connection.callTimeoutMs);
    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      stream.cancel();
      resolve(stood);
    }
    signal.addEventListener('abort', finish, { once: true });
    stream.on('error', finish);
    stream.on('end', finish);
    stream.on('data', (answer) => {
      const behind = answer.created && Number(answer.header.revision) < from;
      if (answer.canceled || behind) return finish();
      if (answer.created) {
        clearTimeout(timer);
        stood = true;
        listener.created();
      }
      for (const event of answer.events) listener.hint(hintOf(connection, event));
    });
    const range = prefixRange(connection.key(prefix));
    stream.write({ create_request: { ...range, start_revision: from + 1, progress_notify: true } });
  });
}

async function openStream(
  connection: EtcdConnection,
  signal: AbortSignal,
): Promise<IDuplexStream<IWatchRequest, IWatchResponse>> {
  // Only the login that may come first takes time; the stream itself lives on, so it gets no deadline.
  return connection.attempt(() => connection.etcd.watchClient.watch(), connection.callTimeoutMs, signal);
}

function hintOf(connection: EtcdConnection, { type, kv }: IWatchResponse['events'][number]): WatchHint {
  return {
    type: type === 'Delete' ? 'delete' : 'put',
    key: connection.strip(kv.key),
    revision: Number(kv.mod_revision),
  };
}

async function relistNowAndThen(
  connection: EtcdConnection,
  everyMs: number,
  signal: AbortSignal,
  feed: HintFeed,
): Promise<void> {
  while (!signal.aborted) {
    await pause(connection, everyMs * (0.9 + connection.random() / 5), signal);
    if (!signal.aborted) feed.push({ type: 'relist' });
  }
}

/** Sleeps; returns early when aborted. */
async function pause(connection: EtcdConnection, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await connection.clock.sleep(ms, signal);
  } catch {
    // Aborted: the loop looks at the signal.
  }
}
