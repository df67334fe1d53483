import { Command } from '../parts/command.tsx';
import { paths } from '../links.ts';
import { sentence, shown } from '../text.ts';

/** A page that cannot be shown: why, and what to do. */
export function TroublePage({ title, text, command }: { title: string; text: string; command?: string }) {
  return (
    <section class="empty">
      <h1>{shown(title, 120)}</h1>
      <p>{sentence(text)}</p>
      {command === undefined ? '' : <Command text={command} />}
      <p>
        <a href={paths.fleet}>To the fleet</a>
      </p>
    </section>
  );
}
