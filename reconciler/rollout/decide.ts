/** Where one host of the running round stands. */
export type HostProgress =
  | { state: 'pending' }
  /** `failing`: a step has failed and the outcome is about to be written; it counts against the budget already. */
  | { state: 'running'; failing?: boolean }
  | { state: 'done'; result: HostResult; finishedAt: number };

/** The outcomes of a host in an operation; every host ends in exactly one. */
export type HostResult = 'succeeded' | 'failed' | 'skipped';

/** Why no further host is started at the moment. */
export interface Hold {
  reason: string;
  message: string;
  /** The hold ends by itself: look again after this many milliseconds. Absent: somebody or something else must act. */
  retryAfterMs?: number;
}

export interface RolloutInput {
  /** Hosts of the current round, in batches, in order. */
  batches: readonly (readonly string[])[];
  progress(host: string): HostProgress;
  /** Hosts that count as down, for any reason and by anybody's hand; those in maintenance are not among them. */
  unavailable: ReadonlySet<string>;
  /** Most hosts that may be down at one time. */
  maxUnavailable: number;
  /** Most hosts that may fail in the whole operation; one more and no further host is started. */
  maxFailures: number;
  /** The first batch must succeed whole. */
  canary?: boolean;
  /** How long the finished batch must have stood before the next one begins. */
  minHealthyMs: number;
  /** Stop after this many batches until the number is raised or removed. */
  pauseAfter?: number;
  /** A gate that is closed (suspended, frozen, cancelled, queued): hosts in hand go on, no new one starts. */
  hold?: Hold;
  /** Hosts that somebody else is changing, and who. */
  claimedByOther(host: string): string | undefined;
  nowMs: number;
}

export interface RolloutDecision {
  /** Hosts to begin now, in order. */
  start: string[];
  /** `finished`: every host has its outcome. `stopped`: the failure budget is spent and nothing is in hand. */
  state: 'running' | 'held' | 'finished' | 'stopped';
  /** Index of the batch in hand; the number of batches when finished. */
  batch: number;
  hold?: Hold;
}

/**
 * Who may be acted on now. Pure, and derived from outcomes alone: no counter is kept anywhere, so that a restart, a retry
 * or a lost event cannot put it out of step.
 */
export function decideRollout(input: RolloutInput): RolloutDecision {
  const all = input.batches.flat();
  const running = all.filter((host) => input.progress(host).state === 'running').length;
  const failed = all.filter((host) => isFailed(input.progress(host)));
  const batch = input.batches.findIndex((hosts) => hosts.some((host) => input.progress(host).state !== 'done'));
  if (batch === -1) return { start: [], state: 'finished', batch: input.batches.length };

  if (failed.length > input.maxFailures) {
    const hold: Hold = {
      reason: 'FailureBudgetSpent',
      message: `${failed.length} of at most ${input.maxFailures} hosts may fail, and have: ${nameSome(failed)}`,
    };
    return { start: [], state: running > 0 ? 'running' : 'stopped', batch, hold };
  }
  const lost = input.canary && batch > 0 ? input.batches[0]!.filter((host) => !hasSucceeded(input.progress(host))) : [];
  if (lost.length > 0) {
    const hold: Hold = {
      reason: 'CanaryFailed',
      message: `the first batch has to succeed whole, and did not: ${nameSome(lost)}`,
    };
    return { start: [], state: running > 0 ? 'running' : 'stopped', batch, hold };
  }
  const hold = input.hold ?? betweenBatches(input, batch);
  if (hold) return { start: [], state: running > 0 ? 'running' : 'held', batch, hold };

  const { start, reason } = admit(input, input.batches[batch]!);
  if (start.length === 0 && running === 0) return { start, state: 'held', batch, hold: reason };
  return { start, state: 'running', batch, hold: start.length === 0 ? reason : undefined };
}

/** Starts pending hosts of the batch while the number of hosts down stays within bounds. */
function admit(input: RolloutInput, hosts: readonly string[]): { start: string[]; reason?: Hold } {
  const down = new Set(input.unavailable);
  const start: string[] = [];
  let reason: Hold | undefined;
  for (const host of hosts) {
    if (input.progress(host).state !== 'pending') continue;
    const other = input.claimedByOther(host);
    if (other !== undefined) {
      reason ??= { reason: 'HostClaimed', message: `${host} is being changed by ${other}` };
      continue;
    }
    // One that is down already takes no further place, but it must have one: it may be up by the time we act on it.
    if (down.size + (down.has(host) ? 0 : 1) > input.maxUnavailable) {
      reason ??= {
        reason: 'MaxUnavailable',
        message: `${down.size} of at most ${input.maxUnavailable} hosts are down: ${nameSome([...down].sort())}`,
      };
      continue;
    }
    down.add(host);
    start.push(host);
  }
  return { start, reason };
}

/** What holds the next batch back although the one before is complete. */
function betweenBatches(input: RolloutInput, batch: number): Hold | undefined {
  const begun = input.batches[batch]!.some((host) => input.progress(host).state !== 'pending');
  if (batch === 0 || begun) return undefined;
  if (input.pauseAfter !== undefined && batch >= input.pauseAfter) {
    return {
      reason: 'PausedAfterBatch',
      message: `paused after batch ${input.pauseAfter} of ${input.batches.length}; raise or remove rollout.pauseAfter to go on`,
    };
  }
  const last = Math.max(0, ...input.batches[batch - 1]!.map((host) => finishedAt(input.progress(host))));
  const remaining = last + input.minHealthyMs - input.nowMs;
  if (remaining <= 0) return undefined;
  return {
    reason: 'MinHealthyTime',
    message: `batch ${batch} must stay healthy before batch ${batch + 1} begins`,
    retryAfterMs: remaining,
  };
}

function isFailed(progress: HostProgress): boolean {
  if (progress.state === 'running') return progress.failing === true;
  return progress.state === 'done' && progress.result === 'failed';
}

function hasSucceeded(progress: HostProgress): boolean {
  return progress.state === 'done' && progress.result === 'succeeded';
}

function finishedAt(progress: HostProgress): number {
  return progress.state === 'done' ? progress.finishedAt : 0;
}

/** The first ten names, and how many more there are. */
export function nameSome(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
