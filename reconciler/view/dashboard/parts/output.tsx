import { shown } from '../text.ts';

const MOST_LINES = 200;

/** What a step printed on a host: text, line by line, the last lines of it. */
export function Output({ title, text }: { title: string; text: string }) {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const kept = lines.slice(-MOST_LINES).map((line) => shown(line, 500));
  const name = shown(title, 120);
  return (
    <details id={`out-${name.replace(/[^a-z0-9.-]+/gi, '-')}`} class="output">
      <summary>{name}</summary>
      {lines.length > MOST_LINES ? <p class="quiet">{`The last ${MOST_LINES} of ${lines.length} lines.`}</p> : ''}
      <pre tabindex={0} role="region" aria-label={`Output of ${name}`}>
        {kept.join('\n')}
      </pre>
    </details>
  );
}
