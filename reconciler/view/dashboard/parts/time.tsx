import { agoText, shown } from '../text.ts';

/** A time as how long ago it was; the script keeps it going. Nothing where there is none. */
export function Ago({ at, nowMs }: { at: string | undefined; nowMs: number }) {
  const text = agoText(at, nowMs);
  if (text === undefined) return <span class="faint">not yet</span>;
  const iso = shown(at!, 40);
  return (
    <time datetime={iso} title={iso} data-ago>
      {text}
    </time>
  );
}
