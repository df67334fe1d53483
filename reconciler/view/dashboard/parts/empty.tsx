import { Command } from './command.tsx';

/** What stands where there is nothing: why, and what to do. */
export function Empty({ title, text, command }: { title: string; text: string; command?: string }) {
  return (
    <section class="empty">
      <h2>{title}</h2>
      <p>{text}</p>
      {command === undefined ? '' : <Command text={command} />}
    </section>
  );
}
