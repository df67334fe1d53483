import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type BenchPart, type Figure } from './figure.ts';
import { dashboardFirstPaint } from './dashboard-first-paint.ts';
import { daemonAtRest } from './daemon-at-rest.ts';
import { fanout, fanoutSimulated } from './fanout.ts';
import { gitColdStart } from './git-cold-start.ts';
import { pushToSsh } from './push-to-ssh.ts';
import { rolloutOverhead } from './rollout-overhead.ts';
import { startUp } from './start-up.ts';
import { statusCommit } from './status-commit.ts';
import { unchangedPoll } from './unchanged-poll.ts';
import { viewEvents } from './view-events.ts';
import { viewHosts } from './view-hosts.ts';

/** Every part of the benchmark, in the order in which it runs. */
const PARTS: readonly BenchPart[] = [
  startUp,
  unchangedPoll,
  gitColdStart,
  fanout,
  fanoutSimulated,
  pushToSsh,
  statusCommit,
  rolloutOverhead,
  daemonAtRest,
  viewHosts,
  viewEvents,
  dashboardFirstPaint,
];

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
const wanted = values.only === undefined ? undefined : new Set(values.only.split(','));
const known = PARTS.flatMap(({ names }) => names);
const unknown = [...(wanted ?? [])].filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no figure named ${unknown.join(', ')}; there are ${known.join(', ')}.\n`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const part of PARTS) {
  if (wanted && !part.names.some((name) => wanted.has(name))) continue;
  for (const figure of await part.run()) {
    if (wanted && !wanted.has(figure.name)) continue;
    figures.push(figure);
    process.stdout.write(`${line(figure)}\n`);
  }
}
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
}

/** `name   value unit   yardstick   ratio`, in columns. */
function line({ name, value, unit, yardstick, ratio }: Figure): string {
  const beside = yardstick === undefined ? '' : `yardstick ${shown(yardstick)} ${unit}`;
  const times = ratio === undefined ? '' : `ratio ${ratio.toFixed(2)}`;
  return `${name.padEnd(24)}${`${shown(value)} ${unit}`.padStart(14)}   ${beside.padEnd(26)}${times}`.trimEnd();
}

function shown(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}
