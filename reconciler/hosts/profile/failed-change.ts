import { cleanLine } from '../clean-text.ts';
import { CHANGE_MARK } from '../scripts/converge.ts';

/** The change that a converge script had in hand when it ended. */
export interface FailedChange {
  /** `replace file /etc/docker/daemon.json`; several packages at once are listed with commas. */
  change: string;
  /** What it said and the tool's last lines, one line; empty when it said nothing (it was killed, or its time was up). */
  message: string;
}

/** Reads the output of a converge script that did not end with 0; undefined when it had not begun a change. */
export function failedChange(output: string): FailedChange | undefined {
  const lines = output.split('\n');
  const at = lines.findLastIndex((line) => line.startsWith(`${CHANGE_MARK} `));
  if (at < 0) return undefined;
  const rest = lines.slice(at + 1).filter((line) => line.trim() !== '');
  const said = rest.filter((line) => line.startsWith('failed: ')).map((line) => line.slice('failed: '.length));
  // The tool's own last words first in length, not in place: what failed is said before why.
  const tool = rest
    .filter((line) => line.startsWith('  '))
    .slice(-5)
    .map((line) => line.trim());
  const message = cleanLine([said.join('; '), tool.join('; ')].filter((part) => part !== '').join(': '), 500);
  return { change: cleanLine(lines[at]!.slice(CHANGE_MARK.length + 1)), message };
}
