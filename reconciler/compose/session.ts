import type { DaemonConfig } from '../config/daemon-config.ts';
import { Manager } from '../engine/manager.ts';
import { RevisionKeeper } from '../engine/revision-keeper.ts';
import { hostHands } from '../hosts/host.ts';
import { sshTransport } from '../hosts/ssh-transport.ts';
import type { KindLog } from '../kinds/context.ts';
import { controllerRegistry } from '../kinds/registry.ts';
import type { Clock, Random } from '../model/clock.ts';
import { parseDuration } from '../model/duration.ts';
import { asIntendantError } from '../model/errors.ts';
import type { Inventory, ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { Poller } from '../source/git/poller.ts';
import { StatusWriter } from '../status/status-writer.ts';
import { keys } from '../store/keys.ts';
import { ensureMeta } from '../store/meta.ts';
import { openMirror } from '../store/mirror.ts';
import type { MetaRecord } from '../store/records.ts';
import type { Lease, StateStore } from '../store/state-store.ts';
import { openGit } from './open-git.ts';

export interface SessionOptions {
  config: DaemonConfig;
  store: StateStore;
  lease: Lease;
  holder: string;
  version: string;
  clock: Clock;
  random: Random;
  log: KindLog;
  /** Converge once and resolve. */
  once: boolean;
  /** Told of every change of an object's status. */
  onStatus(key: ResourceKey, status: ObjectStatus | undefined): void;
  /** Gives others the way to say "look now". */
  onHintable(hint: () => void): void;
}

/** How often `--once` looks whether anything still moves, in milliseconds. */
const CONVERGED_POLL_MS = 50;

/** Works as the fleet's daemon for as long as the lease is held, or until aborted, or (`once`) until nothing moves any more. */
export async function runSession(options: SessionOptions, outer: AbortSignal): Promise<void> {
  const { config, store, lease, clock, random, log, holder } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([outer, lease.lost, ended.signal]);
  await ensureMeta(store, options.version, [{ lease: lease.token }], signal);
  const live = await openMirror(store, lease, { clock }, signal);
  const git = openGit(config, clock, (message) => log.warn({ reason: message }, 'parse cache'));
  const transport = sshTransport({
    ...config.ssh,
    clock,
    onWarning: (message) => log.warn({ reason: message }, 'ssh'),
  });
  const { branch } = config.repository;
  const keeper = new RevisionKeeper({
    source: git.source,
    live,
    branch,
    clock,
    log,
    acceptRevision: config.acceptRevision,
  });
  let writer: StatusWriter | undefined;
  const manager = new Manager({
    keeper,
    live,
    clock,
    random,
    log,
    holder,
    controllers: controllerRegistry(),
    deps: {
      hands: hostHands({ transport, clock }),
      fleet: config.fleet,
      stepsRoot: config.ssh.stepsRoot ?? `/var/lib/intendant/${config.fleet}/steps`,
      clock,
      lastSeen: new Map(),
      log,
    },
  });
  live.onChange((changed) => {
    for (const changedKey of changed) {
      if (!changedKey.startsWith(keys.objects)) continue;
      const key = changedKey.slice(keys.objects.length) as ResourceKey;
      writer?.touch(key);
      options.onStatus(key, live.get(changedKey) as unknown as ObjectStatus | undefined);
    }
  });

  const background: Promise<unknown>[] = [];
  /** The status branch is named by the Fleet, so its writer begins with the first revision. */
  const beginStatus = (): void => {
    const { branch: statusBranch, ...settings } = statusSettings(keeper.inventory);
    writer?.configure(settings);
    if (writer || !keeper.record) return;
    writer = new StatusWriter({
      branch: git.writer(statusBranch),
      ref: `refs/heads/${statusBranch}`,
      source: {
        fleetName: config.fleet,
        *objects() {
          for (const [, value] of live.list(keys.objects)) yield value as unknown as ObjectStatus;
        },
        object: (key) => live.get(keys.object(key)) as unknown as ObjectStatus | undefined,
        revision: () => keeper.record,
        meta: () => live.get(keys.meta) as unknown as MetaRecord,
      },
      clock,
      random,
      log,
      version: options.version,
      author: { name: 'Intendant', email: `intendant@${config.fleet}.invalid` },
      ...settings,
    });
    if (!options.once) background.push(writer.run(signal).catch(() => undefined));
  };
  let looked = false;
  let failure: unknown;
  const poller = new Poller({
    intervalMs: config.repository.pollMs,
    clock,
    random,
    look: async (within) => {
      const tip = await git.source.tip(within);
      if (tip === undefined) {
        log.warn({ branch }, 'the config branch does not exist on the remote yet');
      } else {
        const changed = await keeper.advance(tip, within);
        beginStatus();
        writer?.touchFleet();
        if (changed) manager.queueChanged(changed);
      }
      looked = true;
    },
    onFailure: (error, retryInMs) => {
      failure = error;
      log.warn(
        { err: asIntendantError(error), retryInMs: Math.round(retryInMs) },
        'the config repository could not be read',
      );
    },
  });

  try {
    await keeper.restore(signal);
    beginStatus();
    manager.queueAll();
    git.source.onHint(() => poller.hint());
    options.onHintable(() => poller.hint());
    background.push(poller.run(signal), manager.run(signal));
    if (options.once) {
      while (!signal.aborted && !(looked && manager.converged)) {
        if (failure !== undefined) throw asIntendantError(failure);
        await clock.sleep(CONVERGED_POLL_MS, signal);
      }
      await writer?.flush(signal);
    } else {
      await Promise.race([...background, untilAborted(signal)]);
    }
  } finally {
    ended.abort(new Error('the session has ended'));
    await Promise.allSettled(background);
    await Promise.allSettled([transport.close(), git.close(), live.close()]);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function statusSettings(inventory: Inventory): { branch: string; windowMs: number; heartbeatMs: number } {
  const key = inventory.keys('Fleet')[0] as ResourceKey<'Fleet'> | undefined;
  const status = key ? inventory.get(key)?.spec.status : undefined;
  return {
    branch: status?.branch ?? 'intendant/status',
    windowMs: parseDuration(status?.window ?? '2s'),
    heartbeatMs: parseDuration(status?.heartbeat ?? '1h'),
  };
}
