import type { DaemonConfig } from '../config/daemon-config.ts';
import { ApprovalFinder } from '../engine/approval-finder.ts';
import { Brake } from '../engine/brake.ts';
import { AlertWatch } from '../engine/alerts/alert-watch.ts';
import { askPrometheus } from '../engine/alerts/prometheus.ts';
import { brakedHands } from '../engine/braked-hands.ts';
import { probeClock, thisMachine } from '../engine/clock-probe.ts';
import { ClockWatch } from '../engine/clock-watch.ts';
import { Manager } from '../engine/manager.ts';
import { RevisionKeeper } from '../engine/revision-keeper.ts';
import { boundHistory } from '../engine/history.ts';
import { Housekeeping } from '../engine/housekeeping.ts';
import { hostHands } from '../hosts/host.ts';
import { sshTransport } from '../hosts/ssh-transport.ts';
import type { KindLog } from '../kinds/context.ts';
import { noteSourceFailure, Troubles } from '../kinds/fleet/troubles.ts';
import { controllerRegistry } from '../kinds/registry.ts';
import type { Clock, Random } from '../model/clock.ts';
import { asIntendantError, InvalidInput } from '../model/errors.ts';
import { NO_METER, type Meter } from '../model/meter.ts';
import type { Inventory, ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { untilAborted } from '../model/until-aborted.ts';
import { Poller } from '../source/git/poller.ts';
import { keys } from '../store/keys.ts';
import { ensureMeta } from '../store/meta.ts';
import { migrateStore } from '../store/migrate.ts';
import { openMirror } from '../store/mirror.ts';
import type { Lease, StateStore } from '../store/state-store.ts';
import { drain } from './drain.ts';
import { fencedTransport } from './fenced-transport.ts';
import { leaseLost } from './lease-lost.ts';
import { measureCommand } from './measure-command.ts';
import { profileExtras } from './profile-extras.ts';
import { openAudit } from './open-audit.ts';
import { openGit } from './open-git.ts';
import { statusSource } from './status-source.ts';
import { StatusBranch } from './status-branch.ts';
import { stepsRootOf } from './steps-root.ts';
import { StoreGate } from './store-gate.ts';
import { acceptedUnreadable, branchMissing } from './unusable-branch.ts';
import { signersOf, watchSigners } from './watch-signers.ts';
import { wireBrake } from './wire-brake.ts';

export interface SessionOptions {
  config: DaemonConfig;
  store: StateStore;
  lease: Lease;
  holder: string;
  version: string;
  clock: Clock;
  random: Random;
  log: KindLog;
  /** Counts what happens. Default: nobody asks. */
  meter?: Meter;
  /** Converge once and resolve. */
  once: boolean;
  /** Told of every change of an object's status. */
  onStatus(key: ResourceKey, status: ObjectStatus | undefined): void;
  /** Gives others the way to say "look now". */
  onHintable(hint: () => void): void;
  /** Gives others what should be, as it is at each moment; undefined before a revision was read. */
  onInventory(inventory: () => Inventory | undefined): void;
}

/** How often `--once` looks whether anything still moves, in milliseconds. */
const CONVERGED_POLL_MS = 50;

/** Works as the fleet's daemon for as long as the lease is held, or until aborted, or (`once`) until nothing moves any more. */
export async function runSession(options: SessionOptions, outer: AbortSignal): Promise<void> {
  const { config, store, lease, clock, random, log, holder, meter = NO_METER } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([outer, lease.lost, ended.signal]);
  /** Ends the steps in hand: when we are asked to stop they still have a moment, without the lease they have none. */
  const steps = AbortSignal.any([lease.lost, ended.signal]);
  await migrateStore(
    store,
    {
      expectations: [{ lease: lease.token }],
      onStep: (from, to) => log.info({ from, to }, 'the store is brought to a newer format'),
    },
    signal,
  );
  await ensureMeta(store, options.version, [{ lease: lease.token }], signal);
  const live = await openMirror(store, lease, { clock }, signal);
  live.lost.addEventListener('abort', () => ended.abort(live.lost.reason), { once: true });
  const git = openGit(config, clock, (message) => log.warn({ reason: message }, 'parse cache'), meter);
  const transport = fencedTransport(
    sshTransport({ ...config.ssh, clock, meter, onWarning: (message) => log.warn({ reason: message }, 'ssh') }),
    { held: () => lease.held() && !live.lost.aborted },
  );
  const brake = new Brake({ live, file: config.haltFile, clock, log });
  const { branch } = config.repository;
  const troubles = new Troubles(() => manager.queueFleet());
  const alertWatch = new AlertWatch({
    ask: (gate, within) => askPrometheus(gate, within, config.alertServers),
    clock,
    onChange: () => manager.queueUnfinished(),
  });
  const clockWatch = new ClockWatch({
    rule: config.clockRule,
    probe: (within) => probeClock(thisMachine, within),
    clock,
    log,
    onChange: () => manager.queueUnfinished(),
  });
  const { source, signatures } = git;
  const { acceptRevision } = config;
  const keeper = new RevisionKeeper({ source, signatures, live, branch, clock, log, acceptRevision });
  const status = new StatusBranch({
    open: (name) => git.writer(name),
    source: statusSource(config.fleet, live, keeper, brake),
    clock,
    random,
    log,
    version: options.version,
    fleet: config.fleet,
    once: options.once,
    onTrouble: (error) => troubles.set('status', error),
  });
  const stepsRoot = stepsRootOf(config);
  const lastSeen = new Map<string, number>();
  const lastCompared = new Map<string, number>();
  const housekeeping = new Housekeeping({
    live,
    store,
    inventory: () => keeper.inventory,
    ready: () => keeper.record?.accepted !== undefined && keeper.inventory.keys().length > 0,
    heard: [lastSeen, lastCompared],
    clock,
    log,
  });
  const audit = openAudit(config, { live, git, clock, log });
  const approvals = new ApprovalFinder({
    source,
    signatures,
    clock,
    log,
    signal,
    onFound: (key) => manager.queueChanged([key]),
  });
  const manager = new Manager({
    keeper,
    live,
    clock,
    random,
    log,
    holder,
    meter,
    controllers: controllerRegistry(),
    deps: {
      hands: brakedHands(
        hostHands({
          transport,
          clock,
          stepsRoot,
          beforeStart: (intent) => audit.beforeStart(intent),
          onCommand: (event) => {
            audit.onCommand(event);
            measureCommand(meter, event);
          },
        }),
        brake,
      ),
      halt: () => brake.halt,
      clockDoubt: () => clockWatch.doubt,
      alerts: (gate) => alertWatch.read(gate),
      approvals: (query) => approvals.ask(query),
      ...signersOf(signatures),
      fleet: config.fleet,
      stepsRoot,
      clock,
      lastSeen,
      lastCompared,
      profileExtra: profileExtras(config.fleet, config.profiles),
      troubles,
      log,
    },
  });
  live.onChange((changed) => {
    for (const changedKey of changed) {
      if (!changedKey.startsWith(keys.objects)) continue;
      const key = changedKey.slice(keys.objects.length) as ResourceKey;
      status.touch(key);
      options.onStatus(key, live.get(changedKey) as unknown as ObjectStatus | undefined);
    }
  });

  const gate = new StoreGate({
    open: (name) => git.writer(name),
    live,
    fleet: config.fleet,
    clock,
    log,
    once: options.once,
  });
  /** Begins to act, once the store was found to be the one that the status branch speaks of. */
  const begin = async (within: AbortSignal): Promise<boolean> => {
    if (acting) return true;
    if (!(await gate.look(keeper.inventory, within)) || signal.aborted) return false;
    acting = true;
    await status.follow(keeper.inventory, signal);
    manager.queueAll();
    working = manager.run(signal, steps);
    working.catch((error: unknown) => ended.abort(error));
    background.push(working);
    return true;
  };
  const waitForBranch = (thrown: unknown): void => {
    if (signal.aborted || (options.once && thrown instanceof InvalidInput)) throw thrown;
    log.warn({ err: asIntendantError(thrown) }, 'the status branch could not be read; nothing begins before it was');
  };
  const signersChanged = watchSigners(signatures, log);
  wireBrake(live, brake, { manager, onHalt: () => status.touchFleet() });
  const background: Promise<unknown>[] = options.once
    ? []
    : [
        housekeeping.run(signal),
        // Without a history there is nothing to do: a loop that ends would end the session.
        ...(store.history ? [boundHistory({ history: store.history, clock, log }, signal)] : []),
      ];
  let working: Promise<void> = Promise.resolve();
  let acting = false;
  let looked = false;
  let failure: unknown;
  const poller = new Poller({
    intervalMs: config.repository.pollMs,
    clock,
    random,
    look: async (within) => {
      if (await signersChanged()) manager.queueUnfinished();
      const tip = await git.source.tip(within);
      if (tip === undefined) {
        // One that was never there may be pushed yet; one that we have read has been taken away.
        if (options.once || keeper.record?.accepted) throw branchMissing(branch);
        log.warn({ branch }, 'the config branch does not exist on the remote yet');
      } else {
        const before = keeper.record?.accepted;
        const changed = await keeper.advance(tip, within);
        if (!keeper.ready) throw acceptedUnreadable(keeper.record?.accepted ?? '', tip);
        if (!(await begin(within))) return;
        // First of all: what changed must be looked at, whatever becomes of the status.
        if (changed) manager.queueChanged(changed);
        // Another history may have another approver, though the document is the same.
        if (keeper.record?.accepted !== before) manager.queueUnfinished();
        manager.queueFleet();
        await status.follow(keeper.inventory, signal);
        status.touchFleet();
      }
      looked = true;
      troubles.set('source', undefined);
    },
    onFailure: (error, retryInMs) => {
      failure = error;
      noteSourceFailure(troubles, asIntendantError(error), poller.stats.failuresInARow);
      log.warn(
        { err: asIntendantError(error), retryInMs: Math.round(retryInMs) },
        'the config repository could not be read',
      );
    },
  });

  try {
    await Promise.all([brake.look(), clockWatch.look(signal), signersChanged()]);
    await keeper.restore(signal);
    // Without the branch nothing begins: the poller tries again.
    if (keeper.record?.accepted && keeper.ready) await begin(signal).catch(waitForBranch);
    git.source.onHint(() => poller.hint());
    options.onHintable(() => poller.hint());
    options.onInventory(() => (keeper.inventory.commit === '' ? undefined : keeper.inventory));
    background.push(poller.run(signal), brake.run(signal), clockWatch.run(signal), alertWatch.run(signal));
    if (options.once) {
      while (!signal.aborted && !(looked && manager.converged)) {
        // Once the repository was read, one look that fails takes nothing away from it.
        if (failure !== undefined && !looked) throw asIntendantError(failure);
        await clock.sleep(CONVERGED_POLL_MS, signal);
      }
      signal.throwIfAborted();
      await status.flush(signal);
    } else {
      await Promise.race([...background, untilAborted(signal)]);
      if (!outer.aborted) signal.throwIfAborted();
    }
  } catch (thrown) {
    throw lease.lost.aborted || live.lost.aborted ? leaseLost(signal.reason) : thrown;
  } finally {
    if (outer.aborted) await drain(working, config.drainMs, clock, steps, log);
    ended.abort(new Error('the session has ended'));
    await Promise.allSettled([...background, status.close()]);
    await audit.close();
    await Promise.allSettled([transport.close(), git.close(), live.close()]);
  }
}
