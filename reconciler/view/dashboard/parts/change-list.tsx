import type { Change } from '../../../model/plan.ts';
import { pageOf } from '../links.ts';
import { shown } from '../text.ts';

const WORDS: Record<Change['symbol'], string> = { '+': 'new', '~': 'changed', '-': 'removed', '-/+': 'replaced' };
/** Lines of one object that are shown. */
const MOST_LINES = 20;

/** Objects that come, change and go, with the fields that differ. */
export function ChangeList({ changes }: { changes: readonly Change[] }) {
  return (
    <ul class="changes">
      {changes.map(({ symbol, key, lines }) => (
        <li data-symbol={symbol}>
          <p>
            <span class="symbol" aria-hidden="true">
              {symbol}
            </span>
            <ObjectLink objectKey={key} isThere={symbol !== '-'} /> <span class="quiet">{WORDS[symbol]}</span>
          </p>
          {lines.length === 0 ? (
            ''
          ) : (
            <ul class="lines">
              {lines.slice(0, MOST_LINES).map((line) => (
                <li>{shown(line, 200)}</li>
              ))}
              {lines.length > MOST_LINES ? <li>{`and ${lines.length - MOST_LINES} more`}</li> : ''}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}

/** An object by its key, as a link where it has a page. */
export function ObjectLink({ objectKey, isThere = true }: { objectKey: Change['key']; isThere?: boolean }) {
  const href = isThere ? pageOf(objectKey) : undefined;
  return href === undefined ? <b>{shown(objectKey, 120)}</b> : <a href={href}>{shown(objectKey, 120)}</a>;
}
