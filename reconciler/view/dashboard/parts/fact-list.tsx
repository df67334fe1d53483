import type { Child } from 'hono/jsx';

/** A name and what stands beside it. What is undefined is left out. */
export type Fact = readonly [name: string, value: Child | undefined];

/** Names and values beside each other. */
export function FactList({ facts }: { facts: readonly Fact[] }) {
  if (facts.every(([, value]) => value === undefined || value === ''))
    return <p class="quiet">Nothing beyond the defaults.</p>;
  return (
    <dl class="fact-list">
      {facts.map(([name, value]) =>
        value === undefined || value === '' ? (
          ''
        ) : (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
