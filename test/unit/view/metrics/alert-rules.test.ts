import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '../../../../reconciler/model/metrics.ts';

const FILE = join(import.meta.dirname, '../../../../examples-repo/monitoring/prometheus-rules.yaml.example');

describe('the alert rules of the example', () => {
  it('ask only for metrics and labels that there are', () => {
    const { groups } = parse(readFileSync(FILE, 'utf8')) as { groups: { rules: { alert: string; expr: string }[] }[] };
    const known = new Map<string, object>(Object.values(METRICS).map(({ name, labels }) => [name, labels]));

    for (const { alert, expr } of groups.flatMap(({ rules }) => rules)) {
      for (const [, name, , labels = ''] of expr.matchAll(/\b(intendant_[a-z_]+)(\{([^}]*)\})?/g)) {
        const spec = known.get(name!.replace(/_(count|sum|bucket)$/, ''));
        expect(spec, `${alert}: ${name}`).toBeDefined();
        for (const [, label] of labels.matchAll(/(\w+)\s*[=!]/g)) expect(spec, alert).toHaveProperty(label!);
      }
    }
  });

  it('are what promtool takes, where it is installed', () => {
    if (spawnSync('promtool', ['--version']).error) {
      expect(readFileSync(FILE, 'utf8')).toContain('promtool check rules');
      return;
    }

    const said = execFileSync('promtool', ['check', 'rules', FILE], { encoding: 'utf8' });

    expect(said).toMatch(/SUCCESS: 15 rules found/);
  });
});
