import { createHash } from 'node:crypto';
import type { ClusterSpec, OperationSpec, Rollout } from '../../../schema/generated/types.ts';
import { canonicalJson, digestOf } from '../../model/digest.ts';
import type { ResourceKey } from '../../model/resource.ts';
import { approvalHold, judgeApproval, nameOf, type Evidence } from '../../rollout/approval.ts';
import { planBatches } from '../../rollout/batches.ts';
import { nameSome, type Hold } from '../../rollout/decide.ts';
import type { KindDeps } from '../context.ts';
import type { FrozenNeighbour } from './neighbours/neighbour.ts';
import type { OperationRecord } from './record.ts';
import { boundDigest } from './spec.ts';

/** What an approval is bound to. It holds no commit and nothing that changes by itself. */
export interface ApprovalBinding {
  /**
   * SHA-256 (hex) over the name, the spec without what may change later, the rollout settings, the hosts, the batches, and
   * what is done around each host.
   */
  digest: string;
  /** Digest of the spec. */
  spec: string;
  hosts: readonly string[];
  /** Digest of the rollout settings and the batches. */
  batches: string;
  /** Digest of who is told around the act; absent = nobody. */
  neighbours?: string;
}

/** Who approved, as the history said; the names are for people. */
export interface GivenApproval {
  digest: string;
  commit: string;
  who: string;
  /** Who last changed what is approved, and in which commit. */
  change: { commit: string; who: string };
  /** The accepted commit at which this was so. */
  at: string;
  /** The version of the signers with which it was; absent where signatures were not checked. */
  signers?: string;
}

/** What the record keeps of approvals. */
export interface ApprovalRecord {
  /** The last bindings that were shown, newest first: to say what differs. */
  shown: ApprovalBinding[];
  given?: GivenApproval;
  /** It does not begin before somebody approves, and keeps nobody waiting meanwhile. */
  waits?: true;
}

/** What an operation that needs an approval and has not begun is told of it. */
export interface ApprovalObserved {
  binding: ApprovalBinding;
  /** The digest in the document. */
  given?: string;
  /** Undefined: what the record says still holds. */
  evidence?: Evidence;
  /** The accepted commit. */
  at: string;
  /** The version of the signers that are believed. */
  signers?: string;
}

/** Bindings that are kept. */
const MOST_SHOWN = 3;

/** What an approval of this operation is bound to now. `merged` = its rollout settings over its cluster's. */
export function bindApproval(
  name: string,
  spec: OperationSpec,
  merged: Rollout,
  hosts: readonly string[],
  neighbours: readonly FrozenNeighbour[] = [],
): ApprovalBinding {
  const { pauseAfter: _pauseAfter, ...rollout } = merged;
  const bound = boundDigest(spec);
  const batches = digestOf({ rollout, batches: planBatches(hosts, rollout.batches ?? 1) });
  const around = neighbours.length > 0 ? { neighbours: digestOf(neighbours) } : {};
  const whole = canonicalJson({ version: 1, name, spec: bound, hosts, batches, ...around });
  const digest = createHash('sha256').update(whole).digest('hex');
  return { digest, spec: bound, hosts: [...hosts], batches, ...around };
}

/** Whether an operation needs an approval: it says so itself, or one of its clusters does. */
export function needsApproval(spec: OperationSpec, clusters: Iterable<ClusterSpec>): boolean {
  return spec.approval?.required === true || [...clusters].some(({ approval }) => approval?.required === true);
}

/** What is known of the approval of an operation that has not begun; undefined when it needs none. */
export function observeApproval(
  key: ResourceKey<'Operation'>,
  spec: OperationSpec,
  seen: {
    merged: Rollout;
    hosts: readonly string[];
    clusterSpecs: ReadonlyMap<string, ClusterSpec>;
    neighbours?: readonly FrozenNeighbour[];
  },
  record: OperationRecord | undefined,
  deps: KindDeps,
): ApprovalObserved | undefined {
  const inventory = deps.inventory();
  // Nobody can approve what no document holds: what wants it was committed, and is rolled out with a canary.
  const origin = inventory.get(key)?.origin;
  if (!origin?.oid || !needsApproval(spec, seen.clusterSpecs.values()) || seen.hosts.length === 0) return undefined;
  const binding = bindApproval(key.slice('Operation/'.length), spec, seen.merged, seen.hosts, seen.neighbours);
  const signers = deps.signers?.();
  const observed = {
    binding,
    given: spec.approval?.digest,
    at: inventory.commit,
    ...(signers === undefined ? {} : { signers }),
  };
  if (observed.given !== binding.digest) return observed;
  const known = record?.approval?.given;
  const holds = known?.digest === binding.digest && known.signers === signers;
  if (holds && known.at === inventory.commit) return observed;
  const wanted = { key, file: origin.file, commit: inventory.commit, digest: binding.digest, spec: binding.spec };
  const evidence = deps.approvals?.(wanted) ?? { state: 'unknown', why: 'the history cannot be read here' };
  // What was found once holds though the history has been lost since.
  return evidence.state === 'unknown' && holds ? observed : { ...observed, evidence };
}

/** The record with what is known of its approval, and why it may not begin yet. Pure. */
export function heedApproval(
  record: OperationRecord,
  observed: ApprovalObserved | undefined,
): { record: OperationRecord; hold?: Hold } {
  if (record.frozen) return { record };
  if (!observed) {
    if (!record.approval) return { record };
    const { approval: _approval, ...rest } = record;
    return { record: rest };
  }
  const { binding, given, evidence, at, signers } = observed;
  const before = record.approval?.shown ?? [];
  const shown = [binding, ...before.filter(({ digest }) => digest !== binding.digest)].slice(0, MOST_SHOWN);
  const valid = given === binding.digest;
  const verdict =
    valid && evidence?.state === 'found' ? judgeApproval(evidence.approvals, evidence.changes) : undefined;
  const found: GivenApproval | undefined = verdict && {
    digest: binding.digest,
    commit: verdict.approval.commit,
    who: nameOf(verdict.approval),
    change: { commit: verdict.change.commit, who: nameOf(verdict.change) },
    at,
    ...(signers === undefined ? {} : { signers }),
  };
  const known = record.approval?.given;
  const kept = valid && known?.digest === given && evidence?.state !== 'found' ? known : undefined;
  const counts = found ?? (evidence === undefined ? kept : undefined);
  const remembered = found ?? kept;
  if (counts) return { record: { ...record, approval: { shown, given: counts } } };
  const differs =
    given === undefined
      ? undefined
      : difference(
          before.find(({ digest }) => digest === given),
          binding,
        );
  const approval: ApprovalRecord = { shown, ...(remembered && { given: remembered }), waits: true };
  return { record: { ...record, approval }, hold: approvalHold({ digest: binding.digest, given, differs, evidence }) };
}

/** How what would be done now differs from what was approved. */
function difference(then: ApprovalBinding | undefined, now: ApprovalBinding): string | undefined {
  if (!then) return undefined;
  const added = now.hosts.filter((host) => !then.hosts.includes(host));
  const gone = then.hosts.filter((host) => !now.hosts.includes(host));
  const sameHosts = added.length === 0 && gone.length === 0;
  const parts = [
    ...(then.spec === now.spec ? [] : ['the document was changed']),
    ...(added.length > 0 ? [`it now selects ${nameSome(added)} too`] : []),
    ...(gone.length > 0 ? [`it no longer selects ${nameSome(gone)}`] : []),
    ...(sameHosts && then.spec === now.spec && then.batches !== now.batches
      ? ['its batches or rollout settings were changed']
      : []),
    // Its own hooks are part of the document.
    ...(sameHosts && then.spec === now.spec && then.neighbours !== now.neighbours
      ? ['what is done before and after the act on each host was changed']
      : []),
  ];
  return parts.length > 0 ? parts.join(', ') : undefined;
}
