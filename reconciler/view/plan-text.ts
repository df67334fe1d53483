import type { ApplyReview } from '../kinds/cluster/review-apply.ts';
import type { OperationReview } from '../kinds/operation/review.ts';
import { formatDuration } from '../model/duration.ts';
import type { Change } from '../model/plan.ts';
import { cleanText } from '../status/text.ts';

/** What a part of the text means, for whoever colours it. */
export type PlanTone = 'good' | 'bad' | 'attention' | 'strong';

/** Colours a part of the text, or gives it as it is. */
export type PlanPaint = (tone: PlanTone, text: string) => string;

/** Hosts of one batch that are named; of more, the first and the last. */
const NAMED = 12;

/** How many objects a plan adds, changes and removes. A replacement is one of each. */
export interface PlanCounts {
  add: number;
  change: number;
  remove: number;
}

const TONES: Record<Change['symbol'], PlanTone> = { '+': 'good', '~': 'attention', '-': 'bad', '-/+': 'bad' };

export function countChanges(changes: readonly Change[]): PlanCounts {
  const having = (...symbols: string[]): number => changes.filter((change) => symbols.includes(change.symbol)).length;
  return { add: having('+', '-/+'), change: having('~'), remove: having('-', '-/+') };
}

/** `Plan: 1 to add, 0 to change, 0 to remove.` */
export function planFooter(counts: PlanCounts): string {
  if (counts.add + counts.change + counts.remove === 0)
    return 'No changes. The repository says what is in effect already.';
  return `Plan: ${counts.add} to add, ${counts.change} to change, ${counts.remove} to remove.`;
}

/** The plan for people: a block for each change, operations with their batches in order, and the footer. */
export function renderPlan(
  changes: readonly Change[],
  operations: readonly OperationReview[],
  paint: PlanPaint,
  profiles: readonly ApplyReview[] = [],
): string {
  const reviews = new Map(operations.map((review) => [`Operation/${review.name}`, review]));
  const blocks = changes.map((change) => {
    const review = reviews.get(change.key);
    reviews.delete(change.key);
    return [...changeLines(change, paint), ...(review ? operationLines(review, paint) : [])];
  });
  for (const review of reviews.values()) {
    blocks.push([`    ${paint('strong', `Operation/${review.name}`)} goes on`, ...operationLines(review, paint)]);
  }
  blocks.push(...profiles.map((review) => profileLines(review, paint)));
  return [...blocks.map((lines) => lines.join('\n')), planFooter(countChanges(changes))].join('\n\n');
}

/** What a profile would do to the hosts of its cluster. */
function profileLines({ cluster, operations, differences, even, warnings }: ApplyReview, paint: PlanPaint): string[] {
  const name = paint('strong', `Cluster/${cluster}`);
  const same = even > 0 ? `; ${plural(even, 'host has', 'hosts have')} all of the profile` : '';
  if (differences.length === 0 && warnings.length === 0) return [`    ${name} applies nothing${same}`];
  return [
    `    ${name} applies its profile${same}`,
    ...operations.flatMap((review) => [
      `      Operation/${cleanText(review.name)}-N`,
      ...operationLines(review, paint),
    ]),
    ...differences.flatMap(({ hosts, changes }) => [
      `      on ${hostList(hosts)}:`,
      ...changes.slice(0, SHOWN_CHANGES).map((line) => `        ${cleanText(line)}`),
      ...(changes.length > SHOWN_CHANGES ? [`        and ${changes.length - SHOWN_CHANGES} more`] : []),
    ]),
    ...warnings.map((warning) => `      ${paint('attention', 'warning:')} ${cleanText(warning)}`),
  ];
}

/** Changes of a profile that are listed for hosts that are alike. */
const SHOWN_CHANGES = 20;

function changeLines(change: Change, paint: PlanPaint): string[] {
  const symbol = paint(TONES[change.symbol], change.symbol.padStart(3));
  return [
    `${symbol} ${paint('strong', cleanText(change.key))}`,
    ...change.lines.map((line) => `      ${cleanText(line)}`),
  ];
}

function operationLines(review: OperationReview, paint: PlanPaint): string[] {
  const { batches, rollout, hosts } = review;
  const limits = [
    `at most ${rollout.maxUnavailable} down at once`,
    rollout.maxFailures === 0 ? 'the first failure ends it' : `more than ${rollout.maxFailures} failures end it`,
    ...(rollout.minHealthyMs > 0 ? [`${formatDuration(rollout.minHealthyMs)} well between batches`] : []),
    ...(review.pauseAfter === undefined ? [] : [`stops after batch ${review.pauseAfter} for a person to look`]),
  ];
  return [
    `      ${review.type} of ${plural(hosts.length, 'host')} in ${plural(batches.length, 'batch', 'batches')}; ${limits.join(', ')}`,
    `      on each host: ${review.actions.map((line) => cleanText(line)).join(' → ')}`,
    ...batches.map((batch, index) => `      batch ${index + 1} of ${batches.length}: ${hostList(batch)}`),
    ...(review.approval
      ? [
          `      approval: ${review.approval.digest}${review.approval.given === review.approval.digest ? ' (given; who gave it is looked up)' : ''}`,
        ]
      : []),
    ...review.warnings.map((warning) => `      ${paint('attention', 'warning:')} ${cleanText(warning)}`),
  ];
}

function hostList(hosts: readonly string[]): string {
  if (hosts.length <= NAMED) return hosts.join(', ');
  return `${hosts[0]!}, ${hosts[1]!} … ${hosts.at(-1)!} (${hosts.length} hosts)`;
}

/** `1 host`, `3 hosts`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
