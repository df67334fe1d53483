import { join } from 'node:path';
import { expect } from 'vitest';
import { splitKey } from '../../reconciler/model/resource.ts';
import type { JournalRecord } from '../../reconciler/model/plan.ts';
import type { HostEvent } from '../../reconciler/demo/record.ts';
import { socketPath } from '../../reconciler/view/socket-path.ts';
import { SocketView } from '../../reconciler/view/socket-view.ts';
import { watchDaemon } from './cli.ts';
import type { Daemon, DaemonOptions } from './cli.ts';
import type { CrashPlan } from './crashing-store.ts';
import { plainScript } from './plain-script.ts';
import type { StatusFile } from './repo.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Starts the real daemon over a store that ends the process at the planned moment; without a plan it never does. */
export function startCrashDaemon(configPath: string, plan?: CrashPlan, options: DaemonOptions = {}): Daemon {
  const entry = plainScript(import.meta.dirname, ['crash-daemon', 'crashing-store']);
  const words = [entry, join(ROOT, 'dist/reconciler'), configPath, JSON.stringify(plan ?? null)];
  return watchDaemon(words, options);
}

/** A place in a journal where a crash may fall: the durable write of one intent or outcome. */
export interface Boundary {
  /** `<host>/<step>`, as the journal has it. */
  step: string;
  state: 'intent' | 'outcome';
  when: 'before' | 'after';
}

/** Every boundary of a finished operation, in order of its journal. A verdict has no intent: it is an outcome at once. */
export function boundariesOf(journal: readonly JournalEntry[]): Boundary[] {
  return journal.flatMap(({ step, value }) => {
    const states = value.step.verdict ? (['outcome'] as const) : (['intent', 'outcome'] as const);
    return states.flatMap((state) => (['before', 'after'] as const).map((when) => ({ step, state, when })));
  });
}

export interface JournalEntry {
  step: string;
  value: JournalRecord;
}

/** The plan that ends the daemon at this boundary of that operation. */
export function crashAt({ step, state, when }: Boundary, operation: string): CrashPlan {
  return { keys: `^journal/${operation}/${step}$`.replaceAll('.', '\\.'), state, when };
}

/** What the daemon has journalled of an operation. */
export async function journalOf(configFolder: string, operation: string): Promise<JournalEntry[]> {
  const view = new SocketView(socketPath(join(configFolder, 'state')));
  return (await view.journal(operation, AbortSignal.timeout(5000))) as JournalEntry[];
}

/** That each of these hosts was acted on exactly once by this operation, by the hosts' own record since it was pushed. */
export function expectOnce(
  type: 'restart' | 'run',
  operation: string,
  hosts: readonly string[],
  since: HostEvent[],
): void {
  const count = (host: string, holds: (event: HostEvent) => boolean): number =>
    since.filter((event) => event.host === host && holds(event)).length;
  const seen = hosts.map((host) => ({
    host,
    started: count(host, ({ event, step }) => event === 'started' && step?.startsWith(`${operation}.`) === true),
    ended: count(host, ({ event, step }) => event === 'ended' && step?.startsWith(`${operation}.`) === true),
    down: count(host, ({ event }) => event === 'down'),
    boots: count(host, ({ event }) => event === 'boot'),
  }));
  const once =
    type === 'restart' ? { started: 1, ended: 0, down: 1, boots: 1 } : { started: 1, ended: 1, down: 0, boots: 0 };
  expect(seen, operation).toEqual(hosts.map((host) => ({ host, ...once })));
}

/** That status and journal agree: it succeeded, on every host, with nothing open and one outcome each. */
export function expectAgreement(status: StatusFile, journal: readonly JournalEntry[], hosts: readonly string[]): void {
  expect(status.status, JSON.stringify(status)).toBe('Succeeded');
  const open = journal.filter(({ value }) => value.outcome === undefined).map(({ step }) => step);
  const verdicts = journal.filter(({ value }) => value.step.verdict);
  const outcomes = verdicts.map(({ value }) => [splitKey(value.step.target).name, value.outcome?.result]);
  expect({ open, outcomes }).toEqual({ open: [], outcomes: hosts.map((host) => [host, 'succeeded']) });
}
