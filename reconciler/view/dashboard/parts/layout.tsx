import type { Child } from 'hono/jsx';
import type { Principal } from '../../http/principal.ts';
import { ICON, STYLE, type Assets } from '../assets.ts';
import { paths } from '../links.ts';
import { number, shown } from '../text.ts';

export interface PageFrame {
  assets: Assets;
  /** ISO time of the server. */
  now: string;
  /** Revision of the store that it shows at least: what happens after it is told by the stream of events. */
  revision: number;
  fleet: string;
  principal: Principal | undefined;
  /** Findings in the configuration. */
  findings: { total: number; errors: boolean };
  /** Title of the page, without the fleet. */
  title: string;
  /** Which entry of the navigation it belongs to. */
  section?: Section;
  /** Keys of objects, or beginnings of them, whose changes show on it. Absent: it does not change by itself. */
  watch?: readonly string[];
  /** What was chosen in this browser; absent: what the browser prefers. */
  theme?: Theme | undefined;
  /** What stands in the search box. */
  query?: string;
}

export type Theme = 'light' | 'dark';
export type Section = 'fleet' | 'operations' | 'revisions' | 'plan' | 'diagnostics';

const NAVIGATION: readonly { section: Section; label: string; href: string }[] = [
  { section: 'fleet', label: 'Fleet', href: paths.fleet },
  { section: 'operations', label: 'Operations', href: paths.operations },
  { section: 'revisions', label: 'Revisions', href: paths.revisions() },
  { section: 'plan', label: 'Plan', href: paths.plan() },
  { section: 'diagnostics', label: 'Diagnostics', href: paths.diagnostics },
];

/** A whole page. The scripts only add to it: without them it is the same, and is loaded anew every half minute. */
export function Layout({ frame, children }: { frame: PageFrame; children?: Child }) {
  const { assets, fleet, title, watch } = frame;
  return (
    <html lang="en" data-theme={frame.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${shown(title, 80)} · ${shown(fleet, 80)}`}</title>
        <link rel="icon" href={assets.path(ICON)} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.path(STYLE)} />
        <script type="module" src={assets.path('main.js')}></script>
        {watch ? (
          <noscript>
            <meta http-equiv="refresh" content="30" />
          </noscript>
        ) : (
          ''
        )}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <Header frame={frame} />
        <main
          id="main"
          tabindex={-1}
          data-watch={watch ? watch.join(' ') : undefined}
          data-version={assets.version}
          data-now={frame.now}
          data-since={watch ? frame.revision : undefined}
        >
          {children}
        </main>
        <footer class="foot">
          <span id="live" data-live="off">
            {watch ? 'Loaded once. Reload the page to see what is new.' : ''}
          </span>
          <span>Read only: a commit changes the fleet.</span>
        </footer>
        <p id="announce" class="unseen" role="status" aria-live="polite"></p>
      </body>
    </html>
  );
}

function Header({ frame: { fleet, principal, findings, section, query } }: { frame: PageFrame }) {
  return (
    <header class="head">
      <a class="brand" href={paths.fleet}>
        <b>Intendant</b> <span>{shown(fleet, 60)}</span>
      </a>
      <nav aria-label="Pages">
        {NAVIGATION.map((entry) => (
          <a href={entry.href} aria-current={entry.section === section ? 'page' : undefined}>
            {entry.label}
            {entry.section === 'diagnostics' && findings.total > 0 ? (
              <span class="count" data-tone={findings.errors ? 'bad' : 'warn'}>
                {number(findings.total)}
              </span>
            ) : (
              ''
            )}
          </a>
        ))}
      </nav>
      <form class="search" role="search" action={paths.search} method="get">
        <input
          type="search"
          name="q"
          value={query ?? ''}
          aria-label="Find a host by name or address"
          placeholder="Host or address"
          maxlength={200}
          autocomplete="off"
          spellcheck={false}
        />
      </form>
      {principal && principal.by !== 'none' ? (
        <span class="who">
          {shown(principal.name, 40)}
          {principal.by === 'oidc' ? <a href={paths.signOut}>Sign out</a> : ''}
        </span>
      ) : (
        ''
      )}
      <button id="theme" type="button" class="theme" hidden>
        Theme
      </button>
    </header>
  );
}
