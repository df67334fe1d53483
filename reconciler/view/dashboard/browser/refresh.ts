import { keepStops } from './cells.ts';
import { addCopyButtons } from './copy.ts';
import { morph } from './morph.ts';

/** Between two looks, in milliseconds; a page that takes long to make is asked for less often. */
const LEAST_MS = 400;
const TIMES_ITS_COST = 4;

/** How the last look went. */
export type LookState = 'fresh' | 'failed' | 'refused';

/** Fetches the page anew when asked to, at most a few times a second, and makes this one like it. */
export class Refresher {
  readonly #onState: (state: LookState) => void;
  #asked = false;
  #busy = false;

  constructor(onState: (state: LookState) => void) {
    this.#onState = onState;
  }

  /** Something may have changed. */
  ask(): void {
    this.#asked = true;
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#asked) {
      this.#asked = false;
      const since = performance.now();
      this.#onState(await this.#look().catch(() => 'failed' as const));
      const cost = performance.now() - since;
      await new Promise((resolve) => setTimeout(resolve, Math.max(LEAST_MS, TIMES_ITS_COST * cost)));
    }
    this.#busy = false;
  }

  async #look(): Promise<LookState> {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
    if (answer.status === 401 || answer.status === 403 || answer.redirected) return 'refused';
    const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true;
    if (!isPage || answer.status >= 500) return 'failed';
    show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    return 'fresh';
  }
}

function show(page: Document): void {
  const [main, next] = [document.getElementById('main'), page.getElementById('main')];
  if (!main || !next) return;
  // Another build of the server: its pages want its own styles and scripts.
  if (main.dataset['version'] !== next.dataset['version']) return location.reload();
  const before = announcements(main);
  const focused = document.activeElement?.id ?? '';
  morph(main, next);
  const [nav, nextNav] = [document.querySelector('.head nav'), page.querySelector('.head nav')];
  if (nav && nextNav) morph(nav, nextNav);
  document.title = page.title;
  if (focused !== '' && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  addCopyButtons();
  keepStops();
  announce(before, announcements(main));
}

function announcements(main: Element): Map<string, string> {
  const found = new Map<string, string>();
  for (const element of main.querySelectorAll<HTMLElement>('[data-announce]')) {
    found.set(element.id || element.localName, element.dataset['announce'] ?? '');
  }
  return found;
}

/** Says what matters and is new to who listens, without interrupting. */
function announce(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): void {
  const news = [...now].filter(([id, text]) => before.get(id) !== text).map(([, text]) => text);
  const place = document.getElementById('announce');
  if (place && news.length > 0) place.textContent = news.slice(0, 3).join('. ');
}
