import type { Condition } from '../../reconciler/model/conditions.ts';
import { digestOf } from '../../reconciler/model/digest.ts';
import type { ResourceKey } from '../../reconciler/model/resource.ts';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import type { Halt } from '../../reconciler/rollout/brake.ts';
import { STORE_FORMAT } from '../../reconciler/store/keys.ts';
import type { MetaRecord, RevisionRecord } from '../../reconciler/store/records.ts';
import type { StatusSource } from '../../reconciler/status/status-source.ts';

const AT = '2026-01-02T03:04:05.678Z';

/** Any hex of a given length that looks random and is always the same for the same seed. */
export function fakeHex(seed: string, length: number): string {
  return (digestOf(seed) + digestOf(`${seed}+`)).slice(0, length);
}

/** A host as its kind reports it. */
export function hostStatus(name: string, status: 'active' | 'failed' = 'active', cluster?: string): ObjectStatus {
  const generation = fakeHex(name, 32);
  const condition = (type: Condition['type']): Condition =>
    status === 'active'
      ? conditionOf(type, 'True', 'Reachable', 'the host answers', generation)
      : conditionOf(type, 'False', 'ConnectTimeout', 'no answer within 10s', generation);
  const boot = fakeHex(`boot ${name}`, 32);
  return {
    key: `Host/${name}`,
    ...(cluster === undefined ? {} : { cluster }),
    status,
    conditions: [condition('Ready'), condition('Healthy')],
    observedGeneration: generation,
    lastAppliedRevision: `main@sha1:${fakeHex('commit', 40)}`,
    lastAttemptedRevision: `main@sha1:${fakeHex('commit', 40)}`,
    detail: {
      address: '10.0.3.17',
      facts: {
        os: 'debian',
        osVersion: '12',
        architecture: 'x86_64',
        kernel: '6.1.0-18-amd64',
        cpus: 4,
        memoryKb: 8123456,
        diskBytes: 52345678901,
        bootId: `${boot.slice(0, 8)}-${boot.slice(8, 12)}-${boot.slice(12, 16)}-${boot.slice(16, 20)}-${boot.slice(20)}`,
        rebootRequired: false,
      },
    },
  };
}

/** A cluster with so many hosts, some of them not available. */
export function clusterStatus(name: string, total: number, unavailable: number): ObjectStatus {
  const well = unavailable === 0;
  const claim = (type: Condition['type']): Condition =>
    well
      ? conditionOf(type, 'True', 'HostsActive', 'every host is active')
      : conditionOf(type, 'False', 'HostsUnavailable', 'some hosts are not active');
  return {
    key: `Cluster/${name}`,
    cluster: name,
    status: well ? 'ok' : unavailable === total ? 'failed' : 'degraded',
    conditions: [claim('Ready'), claim('Healthy')],
    observedGeneration: fakeHex(name, 32),
    detail: { hosts: { total, available: total - unavailable, unavailable, maintenance: 0 } },
  };
}

/** An operation in a phase, so many of its hosts done. */
export function operationStatus(name: string, phase: string, done: number, total: number): ObjectStatus {
  const ready = phase === 'Succeeded' ? 'True' : phase === 'Failed' || phase === 'Cancelled' ? 'False' : 'Unknown';
  return {
    key: `Operation/${name}`,
    cluster: 'web',
    status: phase,
    conditions: [conditionOf('Ready', ready, phase, `${done} succeeded`)],
    detail: {
      type: 'restart',
      hosts: { total, succeeded: done, failed: 0, skipped: 0, running: 0, pending: total - done },
      batches: { total, current: Math.min(done + 1, total) },
    },
  };
}

export function conditionOf(
  type: Condition['type'],
  status: Condition['status'],
  reason: string,
  message: string,
  observedGeneration?: string,
): Condition {
  const generation = observedGeneration === undefined ? {} : { observedGeneration };
  return { type, status, reason, message, lastTransitionTime: AT, ...generation };
}

export function revisionRecord(overrides: Partial<RevisionRecord> = {}): RevisionRecord {
  const accepted = fakeHex('commit', 40);
  return {
    format: STORE_FORMAT,
    branch: 'main',
    accepted,
    sequence: 1,
    acceptedAt: AT,
    tip: accepted,
    held: {},
    diagnostics: [],
    diagnosticsTotal: 0,
    ...overrides,
  };
}

export function metaRecord(overrides: Partial<MetaRecord> = {}): MetaRecord {
  return { format: STORE_FORMAT, id: '6d0d6d2e-0000-4000-8000-000000000001', epoch: 1, version: '0.1.0', ...overrides };
}

/** Live state in memory that a test changes at will. */
export class FakeSource implements StatusSource {
  readonly fleetName = 'prod';
  readonly statuses = new Map<ResourceKey, ObjectStatus>();
  revisionNow: RevisionRecord | undefined = revisionRecord();
  metaNow: MetaRecord = metaRecord();
  haltsNow: Halt[] = [];

  constructor(statuses: readonly ObjectStatus[] = []) {
    for (const status of statuses) this.put(status);
  }

  put(status: ObjectStatus): ResourceKey {
    this.statuses.set(status.key, status);
    return status.key;
  }

  objects(): Iterable<ObjectStatus> {
    return this.statuses.values();
  }

  object(key: ResourceKey): ObjectStatus | undefined {
    return this.statuses.get(key);
  }

  revision(): RevisionRecord | undefined {
    return this.revisionNow;
  }

  meta(): MetaRecord {
    return this.metaNow;
  }

  halts(): readonly Halt[] {
    return this.haltsNow;
  }
}
