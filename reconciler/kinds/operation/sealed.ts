import type { Json } from '../../model/json.ts';
import type { JournalRecord, Step, StepOutcome } from '../../model/plan.ts';
import { keyOf } from '../../model/resource.ts';
import { dataOf, standingIn } from './neighbours/standing.ts';

/**
 * Key `sealed/<operation>`: what came of every host, once the journal that said so is cleaned away. Written by housekeeping
 * alone, before the first entry of the journal is removed. The journal of later rounds stands beside it.
 */
export interface SealedRecord {
  format: number;
  /** Rounds up to this one are told here; what a journal still holds of them is left over. */
  round: number;
  /** ISO time at which the operation had ended. */
  at: string;
  /** Hosts that succeeded, by round and exit code: most operations are one group. */
  succeeded: { round: number; exitCode?: Json; hosts: string[] }[];
  /** The others, each with why. */
  others: Record<string, SealedOutcome>;
}

interface SealedOutcome {
  round: number;
  result: StepOutcome['result'];
  reason: string;
  message: string;
  exitCode?: Json;
  down?: Json;
  /** Where it was left out, as the data of its verdict. */
  left?: Record<string, Json>;
}

/** Longest message that is kept of one host, in characters. */
const MESSAGE_LENGTH = 300;

/** The outcome of every host in the last round that reached it. Hosts that no round reached are left out. */
export function sealJournal(
  journal: ReadonlyMap<string, readonly JournalRecord[]>,
  round: number,
  at: string,
): SealedRecord {
  const groups = new Map<string, SealedRecord['succeeded'][number]>();
  const others: Record<string, SealedOutcome> = {};
  for (const [host, entries] of journal) {
    const last = entries.filter((entry) => entry.step.verdict && entry.outcome).sort((a, b) => b.round - a.round)[0];
    if (!last?.outcome) continue;
    const { result, reason, message, data } = last.outcome;
    const exit = data?.exitCode === undefined ? {} : { exitCode: data.exitCode };
    if (result === 'succeeded') {
      const group = groups.get(`${last.round} ${JSON.stringify(exit)}`) ?? { round: last.round, ...exit, hosts: [] };
      groups.set(`${last.round} ${JSON.stringify(exit)}`, group);
      group.hosts.push(host);
    } else {
      const down = data?.down === undefined ? {} : { down: data.down };
      const standing = dataOf(standingIn(data));
      const left = Object.keys(standing).length > 0 ? { left: standing } : {};
      const brief = message.slice(0, MESSAGE_LENGTH);
      others[host] = { round: last.round, result, reason, message: brief, ...exit, ...down, ...left };
    }
  }
  return { format: 1, round, at, succeeded: [...groups.values()], others };
}

/** The verdicts that a sealed record tells, as the journal told them. */
export function unsealJournal(operation: string, sealed: SealedRecord): Map<string, JournalRecord> {
  const verdicts = new Map<string, JournalRecord>();
  for (const { round, exitCode, hosts } of sealed.succeeded) {
    const data = exitCode === undefined ? {} : { data: { exitCode } };
    const outcome: StepOutcome = { result: 'succeeded', reason: 'Done', message: 'done', ...data };
    for (const host of hosts) verdicts.set(host, verdictOf(operation, host, round, sealed.at, outcome));
  }
  for (const [host, { round, result, reason, message, exitCode, down, left }] of Object.entries(sealed.others)) {
    const data = { ...(exitCode === undefined ? {} : { exitCode }), ...(down === undefined ? {} : { down }), ...left };
    verdicts.set(host, verdictOf(operation, host, round, sealed.at, { result, reason, message, data }));
  }
  return verdicts;
}

function verdictOf(operation: string, host: string, round: number, at: string, outcome: StepOutcome): JournalRecord {
  const step: Step = {
    id: `${operation}.${round}.0-sealed`,
    action: 'verdict',
    target: keyOf('Host', host),
    summary: 'the outcome of the host; its steps were cleaned away',
    idempotent: true,
    disruptive: false,
    timeoutMs: 0,
    parameters: {},
    ordinal: 0,
    round,
    verdict: outcome,
  };
  return { format: 1, round, step, startedAt: at, outcome: { ...outcome, at } };
}
