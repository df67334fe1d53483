import type { HostEvent } from '../../reconciler/demo/record.ts';
import type { Json, JsonObject } from '../../reconciler/model/json.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import type { Paint, Tone } from '../output/paint.ts';
import { renderTable, type Column } from '../output/table.ts';

/** More hosts than this are shown as one line for each batch. */
const MOST_ROWS = 24;

/** One host of the restart, as its own record and the operation's status tell it. */
export interface RestartRow {
  batch: number;
  host: string;
  power: 'up' | 'down';
  /** Boots that the host itself has counted since the restart began. */
  reboots: number;
  /** `waiting`, `restarting`, or how it ended. */
  state: string;
}

/** What is shown of the restart at one moment. Pure. */
export function restartRows(
  batches: readonly (readonly string[])[],
  events: readonly HostEvent[],
  operation: ObjectStatus | undefined,
): RestartRow[] {
  const running = new Set(listIn(operation, 'running'));
  const outcomes = objectIn(operation?.detail['outcomes']);
  const power = new Map<string, 'up' | 'down'>();
  const reboots = new Map<string, number>();
  for (const { host, event } of events) {
    if (event === 'down') power.set(host, 'down');
    if (event !== 'boot') continue;
    power.set(host, 'up');
    reboots.set(host, (reboots.get(host) ?? 0) + 1);
  }
  return batches.flatMap((hosts, index) =>
    hosts.map((host) => {
      const result = objectIn(outcomes[host])['result'];
      const row = {
        batch: index + 1,
        host,
        power: power.get(host) ?? ('up' as const),
        reboots: reboots.get(host) ?? 0,
      };
      // While it runs the status lists only what went wrong; a host that came back and is let go of has passed.
      const passed = row.reboots > 0 && row.power === 'up' && operation !== undefined;
      const state = running.has(host) ? 'restarting' : passed ? 'succeeded' : 'waiting';
      return { ...row, state: typeof result === 'string' ? result : state };
    }),
  );
}

/** The moving table: a line for each host, or for each batch where hosts are many. */
export function renderRestart(
  rows: readonly RestartRow[],
  options: { paint: Paint; width?: number | undefined },
): string {
  if (rows.length <= MOST_ROWS) return renderTable(rows, HOST_COLUMNS, options);
  return renderTable(perBatch(rows), BATCH_COLUMNS, options);
}

/** What is new since the last look, a line each: for where nothing can move. */
export function restartNews(before: readonly RestartRow[], now: readonly RestartRow[]): string[] {
  const old = new Map(before.map((row) => [row.host, row]));
  return now.flatMap((row) => {
    const last = old.get(row.host);
    const lines: string[] = [];
    if (row.power !== (last?.power ?? 'up')) {
      lines.push(row.power === 'down' ? `${row.host} went down` : `${row.host} is back with a new boot id`);
    }
    if (row.state !== (last?.state ?? 'waiting') && row.state !== 'restarting') lines.push(`${row.host} ${row.state}`);
    return lines.map((line) => `batch ${row.batch}: ${line}`);
  });
}

const HOST_COLUMNS: Column<RestartRow>[] = [
  { header: 'batch', cell: (row) => String(row.batch), align: 'right' },
  { header: 'host', cell: (row) => row.host, flexible: true },
  { header: 'power', cell: (row) => row.power, tone: (row) => (row.power === 'up' ? 'good' : 'bad') },
  { header: 'reboots', cell: (row) => String(row.reboots), align: 'right' },
  { header: 'restart', cell: (row) => row.state, tone: (row) => toneOfState(row.state) },
];

interface BatchRow {
  batch: number;
  hosts: number;
  down: number;
  done: number;
  failed: number;
}

const BATCH_COLUMNS: Column<BatchRow>[] = [
  { header: 'batch', cell: (row) => String(row.batch), align: 'right' },
  { header: 'hosts', cell: (row) => String(row.hosts), align: 'right' },
  { header: 'down', cell: (row) => String(row.down), align: 'right' },
  { header: 'succeeded', cell: (row) => String(row.done), align: 'right' },
  { header: 'failed', cell: (row) => String(row.failed), align: 'right' },
];

function perBatch(rows: readonly RestartRow[]): BatchRow[] {
  const batches = new Map<number, BatchRow>();
  for (const row of rows) {
    const batch = batches.get(row.batch) ?? { batch: row.batch, hosts: 0, down: 0, done: 0, failed: 0 };
    batch.hosts += 1;
    if (row.power === 'down') batch.down += 1;
    if (row.state === 'succeeded') batch.done += 1;
    if (row.state === 'failed') batch.failed += 1;
    batches.set(row.batch, batch);
  }
  return [...batches.values()];
}

function toneOfState(state: string): Tone {
  if (state === 'succeeded') return 'good';
  if (state === 'failed') return 'bad';
  return state === 'restarting' ? 'attention' : 'quiet';
}

function objectIn(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function listIn(status: ObjectStatus | undefined, field: string): string[] {
  const value = status?.detail[field];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
