import type { Advice } from '../advice.ts';
import { shown } from '../text.ts';

/** What to do next, with the command to type. */
export function NextStep({ advice }: { advice: Advice }) {
  return (
    <p class="next">
      <span>{shown(advice.text, 600)}</span>
      {advice.command === undefined ? '' : <Command text={advice.command} />}
    </p>
  );
}

/** A command to type. The script adds a button that copies it. */
export function Command({ text }: { text: string }) {
  return (
    <span class="typed">
      <code class="command">{shown(text, 300)}</code>
    </span>
  );
}
