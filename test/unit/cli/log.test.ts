import { describe, expect, it } from 'vitest';
import { Sensitive } from '../../../reconciler/model/sensitive.ts';
import { createLog } from '../../../cli/output/log.ts';
import { paintFor } from '../../../cli/output/paint.ts';

function captured(forPeople: boolean): { lines: string[]; log: ReturnType<typeof createLog> } {
  const lines: string[] = [];
  const write = (text: string): void => void lines.push(text);
  return {
    lines,
    log: createLog({ write, forPeople, paint: paintFor(false), now: () => Date.UTC(2026, 0, 2, 3, 4, 5) }),
  };
}

describe('createLog', () => {
  it('writes one JSON object a line, with level and time as words', () => {
    const { lines, log } = captured(false);

    log.warn({ host: 'web-1' }, 'host failed');

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'warn',
      time: '2026-01-02T03:04:05.000Z',
      host: 'web-1',
      msg: 'host failed',
    });
  });

  it('writes a line for people, without control characters', () => {
    const { lines, log } = captured(true);

    log.info({ host: 'web-1\u001b[31m\nnext' }, 'host is active');

    expect(lines).toEqual(['03:04:05 host is active host=web-1 next\n']);
  });

  it.each([true, false])('never shows a secret (for people: %s)', (forPeople) => {
    const { lines, log } = captured(forPeople);

    log.error({ token: new Sensitive('hunter2'), error: new Error('no') }, 'refused');

    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.join('')).toContain('(sensitive)');
  });
});
