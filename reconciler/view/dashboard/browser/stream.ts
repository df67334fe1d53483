import { SseParser, type StreamEvent } from './sse-parser.ts';

/** How the stream of events stands. `absent`: this server has none, or none to spare. `refused`: who looks is not signed in any more. */
export type StreamState = 'live' | 'lost' | 'absent' | 'refused';

export interface StreamOptions {
  url: string;
  onEvent: (event: StreamEvent) => void;
  onState: (state: StreamState) => void;
}

/** The server says something every fifteen seconds; after this long without a word it is gone, in milliseconds. */
const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Follows the events until told to stop, and comes back by itself after the last one that was seen. */
export function followEvents({ url, onEvent, onState }: StreamOptions): () => void {
  const stop = new AbortController();
  let lastId = '';
  void run();
  return () => stop.abort();

  async function run(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!stop.signal.aborted) {
      const ended = await once(() => (wait = FIRST_WAIT_MS)).catch(() => 'lost' as const);
      if (stop.signal.aborted) return;
      onState(ended);
      await pause(ended === 'lost' ? wait * (0.75 + Math.random() / 2) : LONGEST_WAIT_MS);
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }

  async function once(onOpen: () => void): Promise<StreamState> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const answer = await fetch(url, {
        headers: { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
        cache: 'no-store',
        signal: AbortSignal.any([stop.signal, silence.signal]),
      });
      if (answer.status === 401 || answer.status === 403) return 'refused';
      if ([404, 429, 503].includes(answer.status) || answer.redirected) return 'absent';
      if (!answer.ok || !answer.body) return 'lost';
      onOpen();
      onState('live');
      const parser = new SseParser();
      parser.lastId = lastId;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return 'lost';
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        for (const event of parser.push(value)) onEvent(event);
        lastId = parser.lastId;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      stop.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}
