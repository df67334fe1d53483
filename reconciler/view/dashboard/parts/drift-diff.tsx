import type { DriftLine } from '../read/drift.ts';
import { plural, shown } from '../text.ts';

const WORDS = { '+': 'missing', '~': 'different', '-': 'too much' } as const;

/** What differs on a host, as a diff against its profile: folded, because it may be long. */
export function DriftDiff({ lines, total }: { lines: readonly DriftLine[]; total: number }) {
  return (
    <details id="drift" class="diff">
      <summary>{`${plural(total, 'difference')} from its profile`}</summary>
      <ol>
        {lines.map(({ symbol, text }) => (
          <li data-symbol={symbol}>
            <span class="symbol" aria-hidden="true">
              {symbol}
            </span>
            <span class="unseen">{WORDS[symbol]}: </span>
            {shown(text)}
          </li>
        ))}
      </ol>
      {total > lines.length ? <p class="quiet">{`and ${total - lines.length} more that are not listed`}</p> : ''}
    </details>
  );
}
