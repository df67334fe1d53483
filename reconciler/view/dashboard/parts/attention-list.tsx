import type { Attention } from '../read/attention.ts';
import { sentence, shown } from '../text.ts';
import { NextStep } from './command.tsx';

/**
 * What somebody should look at, the worst first.
 *
 * @param open so many are open to see; the rest is one click away, so that the hosts stay on the screen.
 */
export function AttentionList({ items, open }: { items: readonly Attention[]; open: number }) {
  if (items.length === 0) return <></>;
  const rest = items.slice(open);
  return (
    <section class="attention" aria-label="What needs attention">
      <ul>
        {items.slice(0, open).map((item, index) => (
          <Item item={item} before={items[index - 1]} />
        ))}
      </ul>
      {rest.length === 0 ? (
        ''
      ) : (
        <details id="attention-rest">
          <summary>{`and ${rest.length} more`}</summary>
          <ul>
            {rest.map((item) => (
              <Item item={item} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** What to do is said once where it is the same twice. */
function Item({ item, before }: { item: Attention; before?: Attention | undefined }) {
  const { level, text, detail, href, advice } = item;
  return (
    <li data-level={level}>
      <p>
        <strong>{href === undefined ? sentence(text) : <a href={href}>{sentence(text)}</a>}</strong>
        {detail === undefined ? '' : <span class="detail"> {shown(detail, 300)}</span>}
      </p>
      {advice && advice.text !== before?.advice?.text ? <NextStep advice={advice} /> : ''}
    </li>
  );
}
