import type { DaemonConfig } from '../config/daemon-config.ts';
import { stepName } from '../engine/step-name.ts';
import { hostHands } from '../hosts/host.ts';
import { sshTransport } from '../hosts/ssh-transport.ts';
import type { KindLog } from '../kinds/context.ts';
import type { HostRecord } from '../kinds/host/record.ts';
import { isTerminal } from '../kinds/operation/record.ts';
import { isoTime, type Clock } from '../model/clock.ts';
import { InvalidInput } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { keyOf, type Inventory, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import { compareIdentity } from '../status/identity.ts';
import { readFleetFile } from '../status/judge-store.ts';
import type { FleetFile } from '../status/parse-fleet.ts';
import { keys, STORE_FORMAT } from '../store/keys.ts';
import { readAnyMeta } from '../store/meta.ts';
import type { HaltRecord, MetaRecord, RevisionRecord } from '../store/records.ts';
import { rewriteStore } from '../store/rewrite.ts';
import { StatusBranchView } from '../view/status-branch-view.ts';
import { openAlone } from './open-alone.ts';
import { openAudit } from './open-audit.ts';
import { openGit, type Git } from './open-git.ts';
import { readInventory } from './read-inventory.ts';
import { rebuildOperations } from './rebuild-operations.ts';
import { statusSettings } from './status-branch.ts';
import { stepsRootOf } from './steps-root.ts';

/** What `store adopt` did. */
export interface Adoption {
  fleet: string;
  store: { id: string; epoch: number };
  /** Commit (hex) that is in effect again. */
  revision: string | undefined;
  /** Operations that keep their end, and those that wait for a commit to go on. */
  finished: string[];
  held: string[];
  /** Hosts that could not be asked. */
  silent: string[];
}

/**
 * Rebuilds the live state from the status branch and the hosts, on which it changes nothing. The store becomes the one that
 * the branch speaks of, with a raised epoch: what is left of the former one is older from then on. Throws InvalidInput
 * `STORE_NOT_LOST` where store and branch belong together, `NO_STATUS_BRANCH` where there is nothing to rebuild from, and
 * what `openAlone` throws.
 */
export async function adoptStore(
  config: DaemonConfig,
  { version, clock, log }: { version: string; clock: Clock; log: KindLog },
  signal: AbortSignal,
): Promise<Adoption> {
  const alone = await openAlone(config, clock, signal);
  const git = openGit(config, clock, (message) => log.warn({ reason: message }, 'parse cache'));
  const transport = sshTransport({
    ...config.ssh,
    clock,
    onWarning: (message) => log.warn({ reason: message }, 'ssh'),
  });
  try {
    const before = (await readAnyMeta(alone.store, signal))?.meta;
    const { inventory, tip } = await inventoryAtTip(git, config.acceptRevision, signal);
    const { fleet, objects } = await branchContents(git, inventory, signal);
    if (before && before.incomplete === undefined && compareIdentity(fleet, before) === 'same') throw notLost();
    const at = isoTime(clock.now());
    const hosts = hostRecords(objects, inventory);
    const stepsRoot = stepsRootOf(config);
    const { source } = git;
    const audit = openAudit(config, { live: { get: told(objects) }, git, clock, log });
    const hands = hostHands({ transport, clock, onCommand: (event) => audit.onCommand(event) });
    const operations = await rebuildOperations(
      { source, hands, inventory, tip, objects, hosts, stepsRoot, at },
      signal,
    ).finally(() => audit.close());
    const entries: { key: string; value: Json }[] = [...objects].map(([key, value]) => ({
      key: keys.object(key),
      value: value as unknown as Json,
    }));
    for (const [key, value] of hosts) entries.push({ key: keys.record(key), value: value as unknown as Json });
    for (const { record, journal } of operations.rebuilt) {
      entries.push({ key: keys.record(keyOf('Operation', record.name)), value: record as unknown as Json });
      for (const { host, entry } of journal)
        entries.push({ key: keys.journal(record.name, host, stepName(entry.step)), value: entry as unknown as Json });
    }
    if (fleet.revision) entries.push({ key: keys.revision, value: revisionOf(fleet, at) as unknown as Json });
    const halt = fleet.halts.find(({ by }) => by === 'command');
    if (halt) {
      const value: HaltRecord = { format: 1, who: halt.who, why: halt.why, since: halt.since };
      entries.push({ key: keys.halt, value: value as unknown as Json });
    }
    const { id, epoch, sequence } = fleet.store;
    const raised = Math.max(epoch, before?.id === id ? before.epoch : 0) + 1;
    const meta: MetaRecord = { format: STORE_FORMAT, id, epoch: raised, version, sequence };
    await rewriteStore(alone.store, alone.lease, { meta, entries, command: 'store adopt' }, signal);
    const phases = operations.rebuilt.map(({ record }) => record);
    return {
      fleet: config.fleet,
      store: { id, epoch: raised },
      revision: fleet.revision?.accepted,
      finished: phases.filter(({ phase }) => isTerminal(phase)).map(({ name }) => name),
      held: phases.filter(({ phase }) => !isTerminal(phase)).map(({ name }) => name),
      silent: operations.silent,
    };
  } finally {
    await Promise.allSettled([transport.close(), git.close()]);
    await alone.close();
  }
}

async function inventoryAtTip(
  git: Git,
  acceptRevision: string | undefined,
  signal: AbortSignal,
): Promise<{ inventory: Inventory; tip: string }> {
  const tip = await git.source.tip(signal);
  if (tip === undefined) {
    throw new InvalidInput('The config branch does not exist on the remote.', { code: 'BRANCH_MISSING' });
  }
  await git.source.fetch(tip, undefined, signal);
  // Hosts are asked at the addresses that it names.
  if (tip !== acceptRevision) await git.signatures?.require(tip, undefined, signal);
  return { inventory: await readInventory(git.source, tip, signal), tip };
}

async function branchContents(
  git: Git,
  inventory: Inventory,
  signal: AbortSignal,
): Promise<{ fleet: FleetFile; objects: Map<ResourceKey, ObjectStatus> }> {
  const { branch } = statusSettings(inventory);
  const ref = `refs/heads/${branch}`;
  const reader = git.writer(branch);
  try {
    const fleet = await readFleetFile(reader, ref, signal);
    if (fleet === undefined) {
      throw new InvalidInput(`There is no status in the branch ${JSON.stringify(ref)}: nothing to rebuild from.`, {
        code: 'NO_STATUS_BRANCH',
        hint: 'A fleet that never ran needs no adoption: start the daemon.',
      });
    }
    const listed = await new StatusBranchView({ branch: reader, ref }).list(undefined, signal);
    return { fleet, objects: new Map(listed.map((status) => [status.key, status])) };
  } finally {
    await reader.close();
  }
}

/** What the branch tells of objects, by their keys in the store: the store itself is not rebuilt yet. */
function told(objects: ReadonlyMap<ResourceKey, ObjectStatus>): (key: string) => Json | undefined {
  return (key) => {
    const status = key.startsWith(keys.objects)
      ? objects.get(key.slice(keys.objects.length) as ResourceKey)
      : undefined;
    return status as unknown as Json | undefined;
  };
}

/** Keys that were recorded on first use, where they were told and the host is where it was. */
function hostRecords(
  objects: ReadonlyMap<ResourceKey, ObjectStatus>,
  inventory: Inventory,
): Map<ResourceKey, HostRecord> {
  const found = new Map<ResourceKey, HostRecord>();
  for (const [key, { detail }] of objects) {
    if (!key.startsWith('Host/') || typeof detail.hostKey !== 'string' || !inventory.get(key)) continue;
    if (typeof detail.address !== 'string') continue;
    const port = typeof detail.port === 'number' ? detail.port : 22;
    found.set(key, { format: 1, address: detail.address, port, hostKey: detail.hostKey, misses: 0 });
  }
  return found;
}

function revisionOf({ revision, held }: FleetFile, at: string): RevisionRecord {
  const { branch, accepted } = revision!;
  const base = { format: 1, branch, accepted, sequence: 1, acceptedAt: at, tip: accepted, held };
  return { ...base, diagnostics: [], diagnosticsTotal: 0 };
}

function notLost(): InvalidInput {
  return new InvalidInput('The store is the one that the status branch speaks of: there is nothing to adopt.', {
    code: 'STORE_NOT_LOST',
    hint: 'Start the daemon.',
  });
}
