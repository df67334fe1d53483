import { describe, expect, it } from 'vitest';
import { EMPTY_PLAN, type Change } from '../../../reconciler/model/plan.ts';
import { planMarkdown, planPlain, type TitledPlan } from '../../../reconciler/view/plan-forms.ts';

/** What GitHub takes as one comment. */
const MOST_OF_A_COMMENT = 65_536;

function plan(more: Partial<TitledPlan> = {}): TitledPlan {
  return { title: ['Plan of more-web'], changes: [], operations: [], profiles: [], diagnostics: [], ...more };
}

function added(count: number, line = 'spec.cluster: web'): Change[] {
  return Array.from({ length: count }, (_, at) => ({ symbol: '+', key: `Host/web-${at}`, lines: [line] }));
}

const OPERATION: TitledPlan['operations'][number] = {
  name: 'restart-web',
  type: 'restart',
  hosts: ['web-1'],
  batches: [['web-1']],
  rollout: { maxUnavailable: 1, maxFailures: 0, minHealthyMs: 0 },
  actions: ['reboot'],
  warnings: ['not active now: web-1'],
  plan: EMPTY_PLAN,
};

describe('a plan as Markdown', () => {
  it('stands open while it is short, with what forges colour', () => {
    const changes: Change[] = [
      { symbol: '+', key: 'Host/a', lines: ['spec.cluster: web'] },
      { symbol: '~', key: 'Host/b', lines: [] },
      { symbol: '-/+', key: 'Host/c', lines: [] },
      { symbol: '-', key: 'Host/d', lines: [] },
    ];

    const text = planMarkdown(plan({ changes }));

    expect(text.startsWith('### Plan: 2 to add, 1 to change, 2 to remove.\n')).toBe(true);
    expect(text).toContain('\n+ Host/a\n      spec.cluster: web\n');
    expect(text.split('\n').filter((line) => /^[-+!] /.test(line))).toEqual([
      '+ Host/a',
      '! ~ Host/b',
      '! -/+ Host/c',
      '- Host/d',
    ]);
    expect(text).not.toContain('<details>');
  });

  it('folds a long one, behind what a reviewer must not miss', () => {
    const text = planMarkdown(plan({ changes: added(40), operations: [OPERATION] }));

    const [before, folded] = text.split('<details>') as [string, string];
    expect(before).toContain('Operation/restart-web: not active now: web-1');
    expect(before).not.toContain('Host/web-39');
    expect(folded).toMatch(/^<summary>The plan, \d+ lines<\/summary>\n\n```diff\n/);
    expect(folded).toMatch(/Host\/web-39[\s\S]*```\n\n<\/details>\n$/);
  });

  it('fits one comment, and says what it leaves out', () => {
    const text = planMarkdown(plan({ changes: added(5000) }));

    expect(text.length).toBeLessThan(MOST_OF_A_COMMENT);
    expect(text).toMatch(
      /\nThe rest, \d+ lines, does not fit here: `intendant plan` shows all of it\.\n\n<\/details>\n$/,
    );
  });

  it('fits one comment also with as many warnings and findings as there are', () => {
    const warnings = Array.from({ length: 3000 }, (_, at) => `a warning ${at}`);
    const diagnostics = warnings.map((message, at) => ({
      severity: 'error' as const,
      code: 'x',
      message,
      file: `${'f'.repeat(40)}.yaml`,
      line: at,
      column: 1,
    }));

    const text = planMarkdown(plan({ changes: added(5000), operations: [{ ...OPERATION, warnings }], diagnostics }));

    expect(text.length).toBeLessThan(MOST_OF_A_COMMENT);
    expect(text).toContain('and 2980 more');
    expect(text).toContain('and 2950 more');
  });

  it('ends no fence because of what the repository says', () => {
    const text = planMarkdown(plan({ title: ['Plan of ```x'], changes: added(1, '````\n<script>alert(1)</script>') }));

    const fences = text.split('\n').filter((line) => /^`{3,}(diff)?$/.test(line));
    expect(fences).toEqual(['````', '````', '`````diff', '`````']);
  });
});

describe('a plan as text', () => {
  it('stands below its title and its findings', () => {
    const finding = { severity: 'error', code: 'x', message: 'm', file: 'f.yaml', line: 1, column: 2 } as const;

    const text = planPlain(plan({ changes: added(1), diagnostics: [finding] }));

    expect(text.split('\n').slice(0, 4)).toEqual([
      'Plan of more-web',
      'f.yaml:1:2: error: m [x]',
      '',
      '  + Host/web-0',
    ]);
  });
});
