import { isConcerned } from './concerned.ts';
import { Refresher, type LookState } from './refresh.ts';
import { followEvents, type StreamState } from './stream.ts';

/** Without a stream of events, and after a look that failed, the page is looked at anew this often, in milliseconds. */
const POLL_MS = 5000;
/** A page that nobody sees lets its connection go after this long, in milliseconds: a browser has few of them. */
const HIDDEN_MS = 10_000;

const TEXTS: Record<StreamState, string> = {
  live: 'Live: changes show by themselves.',
  absent: 'Looked at anew every few seconds.',
  lost: 'The connection is lost; what you see may be old. It is tried again.',
  refused: 'You are not signed in any more. Reload the page.',
};

/** Keeps a page that says what it watches up to date. */
export function startLive(): void {
  const main = document.getElementById('main');
  const watch = main?.dataset['watch']?.split(' ');
  if (!main || !watch) return;
  const refresher = new Refresher(onLook);
  let state: StreamState | undefined;
  /** The last look failed: what is shown may be old though events come. */
  let failed = false;
  let stop: (() => void) | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  setInterval(() => (state === 'absent' || failed) && !document.hidden && refresher.ask(), POLL_MS);
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(disconnect, HIDDEN_MS);
    else if (!stop) connect();
  });
  connect();

  function connect(): void {
    // From what the page shows on: something may have happened since it was made.
    const since = main!.dataset['since'] ?? '';
    stop = followEvents({
      url: `/api/v1/events?since=${encodeURIComponent(since)}`,
      onState: (now) => {
        // What happened while nobody listened is on the page itself.
        if (now !== 'lost' && now !== 'refused' && state !== undefined && state !== now) refresher.ask();
        if (now === 'absent' && state === undefined) refresher.ask();
        tell((state = now));
      },
      onEvent: ({ data }) => isConcerned(data, watch!) && refresher.ask(),
    });
  }

  function disconnect(): void {
    stop?.();
    stop = undefined;
    state = 'lost';
  }

  function onLook(look: LookState): void {
    failed = look === 'failed';
    if (look !== 'fresh') tell(look === 'refused' ? 'refused' : 'lost');
    else if (state === 'live' || state === 'absent') tell(state);
  }
}

function tell(state: StreamState): void {
  const place = document.getElementById('live');
  if (!place) return;
  place.dataset['live'] = state;
  if (place.textContent === TEXTS[state]) return;
  place.textContent = TEXTS[state];
  const aloud = document.getElementById('announce');
  if (aloud && (state === 'lost' || state === 'refused')) aloud.textContent = TEXTS[state];
}
