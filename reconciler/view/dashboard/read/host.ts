import { messageOf } from '../../../model/errors.ts';
import { keyOf, splitKey, type Resource } from '../../../model/resource.ts';
import { isTerminal, type Phase } from '../../../kinds/operation/record.ts';
import { resolveTarget } from '../../../kinds/host/target.ts';
import { troubleOf } from '../../../status/wellness.ts';
import { keys } from '../../../store/keys.ts';
import type { ClaimRecord, HeartbeatRecord } from '../../../store/records.ts';
import type { ViewContext } from '../../http/context.ts';
import { hostAdvice, placeOf, type Advice } from '../advice.ts';
import { paths } from '../links.ts';
import { conditionTone, type Tone } from '../states.ts';
import { readDrift, type DriftLine } from './drift.ts';
import { readHost, type HostLine } from './hosts.ts';

/** Something that happened to a host. */
export interface HostEvent {
  /** ISO time. */
  at: string;
  text: string;
  tone: Tone;
  href?: string;
}

/** All that there is to say about a host. */
export interface HostModel {
  line: HostLine;
  resource: Resource<'Host'> | undefined;
  /** `hosts/web.yaml:12`. */
  place?: string;
  /** `root@10.0.0.1:22`, where the repository says so. */
  login?: string;
  drift: DriftLine[];
  /** Differences in all; `drift` holds the first of them. */
  driftTotal: number;
  /** ISO time of the last check that got through. */
  checkedAt?: string;
  claim?: ClaimRecord;
  /** Nobody will give the host back. */
  orphaned: boolean;
  /** The newest first. */
  history: HostEvent[];
  advice?: Advice;
  /** Why a part of the history is missing. */
  missing?: string;
}

const COMMITS = 40;
const PATIENCE_MS = 1500;

/** Reads it; undefined: neither the repository nor the live state knows such a host. */
export async function readHostModel(
  name: string,
  context: ViewContext,
  signal: AbortSignal,
): Promise<HostModel | undefined> {
  const line = readHost(name, context);
  if (!line) return undefined;
  const { store, desired } = context;
  const resource = desired.inventory.get(keyOf('Host', name));
  const [claim, heartbeat, commits] = await Promise.all([
    store.get(keys.claim(name), signal),
    store.get(keys.heartbeat(line.cluster === '' ? '-' : line.cluster), signal),
    commitsOf(name, context, signal),
  ]);
  const record = claim?.value as unknown as ClaimRecord | undefined;
  const trouble = line.status && troubleOf(line.status);
  const place = placeOf(resource);
  const login = loginOf(name, context);
  const checkedAt = checkOf(name, heartbeat?.value as unknown as HeartbeatRecord | undefined);
  const history = [...conditionEvents(line), ...operationEvents(name, context), ...commits.events];
  return {
    line,
    resource,
    ...(place !== undefined && { place }),
    ...(login !== undefined && { login }),
    ...readDrift(line.status),
    ...(checkedAt !== undefined && { checkedAt }),
    ...(record && { claim: record }),
    orphaned: record !== undefined && isOrphaned(record, context),
    history: history.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)),
    ...(trouble && { advice: hostAdvice(name, line.address, trouble.reason, resource) }),
    ...(commits.trouble !== undefined && { missing: commits.trouble }),
  };
}

function loginOf(name: string, { desired }: ViewContext): string | undefined {
  try {
    const nothing = { get: () => undefined, list: () => [] };
    const { user, address, port, jumps } = resolveTarget(name, desired.inventory, nothing);
    const through = jumps.length === 0 ? '' : ` through ${jumps.map((jump) => jump.name).join(', ')}`;
    return `${user}@${address}:${port}${through}`;
  } catch {
    // It is not in the repository, or not so that it could be reached; its conditions say so.
    return undefined;
  }
}

function checkOf(name: string, heartbeat: HeartbeatRecord | undefined): string | undefined {
  if (!heartbeat || heartbeat.unseen?.includes(name)) return undefined;
  return heartbeat.lastCheck[name] ?? heartbeat.since;
}

function isOrphaned({ owner }: ClaimRecord, { cache }: ViewContext): boolean {
  const status = cache.get(owner as `Operation/${string}`)?.status;
  return status === undefined || isTerminal(status.status as Phase);
}

function conditionEvents({ status }: HostLine): HostEvent[] {
  const { facts } = (status?.detail ?? {}) as { facts?: { bootedAt?: string } };
  const booted =
    facts?.bootedAt === undefined ? [] : [{ at: facts.bootedAt, text: 'It booted.', tone: 'quiet' as const }];
  const changes = (status?.conditions ?? []).map(
    ({ type, status: is, reason, message, lastTransitionTime }): HostEvent => ({
      at: lastTransitionTime,
      text: `${type} became ${is} (${reason}): ${message}`,
      tone: conditionTone(type, is),
    }),
  );
  return [...changes, ...booted];
}

/** Operations whose status names the host. */
function operationEvents(name: string, { cache }: ViewContext): HostEvent[] {
  return cache.list('Operation').flatMap(({ status }): HostEvent[] => {
    const { outcomes, running, finishedAt, beganAt } = status.detail as {
      outcomes?: Record<string, { result?: string; message?: string }>;
      running?: string[];
      finishedAt?: string;
      beganAt?: string;
    };
    const operation = splitKey(status.key).name;
    const at = finishedAt ?? beganAt;
    const outcome = outcomes?.[name];
    if (at === undefined || (!outcome && !running?.includes(name))) return [];
    const result = outcome?.result ?? 'is in hand';
    const tone = result === 'succeeded' ? 'good' : result === 'failed' ? 'bad' : 'quiet';
    const why = outcome?.message === undefined ? '' : `: ${outcome.message}`;
    return [{ at, text: `${operation}: ${result}${why}`, tone, href: paths.operation(operation) }];
  });
}

/** Commits that changed the host's document or its cluster's. */
async function commitsOf(
  name: string,
  { revisions, desired }: ViewContext,
  signal: AbortSignal,
): Promise<{ events: HostEvent[]; trouble?: string }> {
  const cluster = desired.inventory.get(keyOf('Host', name))?.spec.cluster;
  const wanted = new Set([`Host/${name}`, ...(cluster === undefined ? [] : [`Cluster/${cluster}`])]);
  try {
    const entries = await revisions.list(
      { limit: COMMITS },
      AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    );
    const events = entries.flatMap(({ commit, at, author, subject, changes }): HostEvent[] => {
      const touched = changes?.filter(({ key }) => wanted.has(key)) ?? [];
      if (touched.length === 0) return [];
      const what = touched.map(({ key, symbol }) => `${symbol} ${key}`).join(', ');
      return [
        {
          at,
          text: `${commit.slice(0, 12)} by ${author}: ${subject} (${what})`,
          tone: 'quiet',
          href: paths.revisions(),
        },
      ];
    });
    return { events };
  } catch (error) {
    return { events: [], trouble: `The commits could not be read: ${messageOf(error)}` };
  }
}
