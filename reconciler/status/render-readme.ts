import { splitKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import type { Halt } from '../rollout/brake.ts';
import { countIn, progressText } from './counts.ts';
import type { FleetSummary } from './fleet-summary.ts';
import { DIAGNOSTICS_PATH, isName } from './layout.ts';
import { code, table } from './markdown.ts';
import { troubleOf } from './wellness.ts';

/** Rows shown of each table. README.md is written with almost every commit, so it has to stay small. */
const MAX_CLUSTERS = 50;
const MAX_UNWELL = 10;
const MAX_OPERATIONS = 10;

export interface ReadmeInput {
  fleet: string;
  summary: Pick<FleetSummary, 'clusters' | 'unwell' | 'unfinished'>;
  /** Findings in the config repository at its tip. */
  diagnosticsTotal: number;
  /** Names of clusters held at an older revision; `*` = all. */
  held: readonly string[];
  halts: readonly Halt[];
}

/**
 * README.md of the status branch: what a forge shows to who opens it. Holds neither a time nor a revision (`fleet.yaml`
 * does), so it changes only when the fleet does.
 */
export function renderReadme({ fleet, summary, diagnosticsTotal, held, halts }: ReadmeInput): string {
  const parts = [
    `# Fleet ${code(fleet)}\n`,
    ...halts.map(haltLine),
    `${fleetLine(summary, diagnosticsTotal, held)}\n`,
    table(['Cluster', 'Status', 'Total', 'Available', 'Unavailable'], clusterRows(summary, new Set(held))),
    more(summary.clusters.size - MAX_CLUSTERS, 'clusters'),
    section(
      'Not well',
      table(['What', 'Reason', 'Message'], unwellRows(summary)),
      more(summary.unwell.size - MAX_UNWELL, 'objects'),
    ),
    section(
      'Operations',
      table(['Operation', 'Phase', 'Progress'], operationRows(summary)),
      more(summary.unfinished.size - MAX_OPERATIONS, 'operations'),
    ),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function fleetLine(summary: ReadmeInput['summary'], diagnostics: number, held: readonly string[]): string {
  const sum = (word: string): number =>
    [...summary.clusters.values()].reduce((total, cluster) => total + countIn(cluster, 'hosts', word), 0);
  const facts = [
    number(summary.clusters.size, 'cluster'),
    number(sum('total'), 'host'),
    `${sum('available')} available`,
    `${sum('unavailable')} unavailable`,
  ];
  if (sum('maintenance') > 0) facts.push(`${sum('maintenance')} in maintenance`);
  const findings = diagnostics > 0 ? ` [Diagnostics: ${diagnostics}](${DIAGNOSTICS_PATH}).` : ' No diagnostics.';
  const all = held.includes('*') ? ' Everything is held at an older revision.' : '';
  return `${facts.join(', ')}.${findings}${all}`;
}

/** The brake: before everything else that there is to say. */
function haltLine(halt: Halt): string {
  const lift = halt.by === 'command' ? '`intendant resume-all` lifts it.' : 'It is lifted by removing the file.';
  return `**Halted: no step begins.** By ${code(halt.who, 100)} since ${code(halt.since, 40)}: ${code(halt.why, 300)} ${lift}\n`;
}

function clusterRows(summary: ReadmeInput['summary'], held: ReadonlySet<string>): string[][] {
  const clusters = [...summary.clusters].sort(byTroubleThenName(summary.clusters.size > MAX_CLUSTERS));
  return clusters.slice(0, MAX_CLUSTERS).map(([name, status]) => {
    const count = (word: string): string => String(countIn(status, 'hosts', word));
    const shown = isName(name) ? `[${name}](clusters/${name})` : code(name);
    const word = `${code(status.status)}${held.has(name) ? ' (held)' : ''}`;
    return [shown, word, count('total'), count('available'), count('unavailable')];
  });
}

/** By name; where not all fit, those in trouble first. */
function byTroubleThenName(troubleFirst: boolean) {
  return ([a, first]: [string, ObjectStatus], [b, second]: [string, ObjectStatus]): number => {
    const rank = (status: ObjectStatus): number => (troubleFirst && troubleOf(status) ? 0 : 1);
    return rank(first) - rank(second) || compare(a, b);
  };
}

function unwellRows({ unwell }: ReadmeInput['summary']): string[][] {
  return firstByKey(unwell.values(), MAX_UNWELL).map((status) => {
    const trouble = troubleOf(status);
    return [code(status.key), code(trouble?.reason ?? '', 60), code(trouble?.message ?? '', 160)];
  });
}

function operationRows({ unfinished }: ReadmeInput['summary']): string[][] {
  return firstByKey(unfinished.values(), MAX_OPERATIONS).map((status) => [
    code(splitKey(status.key).name),
    code(status.status),
    progressText(status),
  ]);
}

function firstByKey(statuses: Iterable<ObjectStatus>, limit: number): ObjectStatus[] {
  return [...statuses].sort((a, b) => compare(a.key, b.key)).slice(0, limit);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function number(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function section(title: string, ...parts: string[]): string {
  const body = parts.filter((part) => part !== '').join('\n');
  return body === '' ? '' : `## ${title}\n\n${body}`;
}

function more(count: number, what: string): string {
  return count > 0 ? `and ${count} more ${what}.\n` : '';
}
