/** What a metric is. Counters and histograms are moved where things happen; gauges are read when somebody asks. */
export interface MetricSpec {
  /** As Prometheus knows it. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence for people. */
  readonly help: string;
  /**
   * Labels and all values that each may have: every combination is there, at zero, from the start. `KINDS`: every kind that is
   * known. `OPEN`: values come and go with the fleet, so the metric has lines only for what there is.
   */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
}

/** Stands for the kinds of resources: this room names none. */
export const KINDS: readonly string[] = Object.freeze(['*kinds']);
/** Values that come and go. */
export const OPEN: readonly string[] = Object.freeze(['*open']);
/** What a value counts as that is none of those a label may have. */
export const OTHER = 'other';

const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60] as const;

/** Every metric of the product: the only list. Those of the process itself are added as prom-client gives them. */
export const METRICS = {
  info: {
    name: 'intendant_build_info',
    type: 'gauge',
    help: 'Always 1; says which version runs.',
    labels: { version: OPEN },
  },
  reconcileDuration: {
    name: 'intendant_reconcile_duration_seconds',
    type: 'histogram',
    help: 'Looks at one object, by how they ended. Waiting for hosts is part of it, steps on hosts are not.',
    labels: { kind: KINDS, outcome: ['steady', 'progress', 'waiting', 'stalled', 'failed'] },
    buckets: SECONDS,
  },
  queueDepth: {
    name: 'intendant_queue_depth',
    type: 'gauge',
    help: 'Objects that are to be looked at now, or are being looked at.',
    labels: {},
  },
  gitRequests: {
    name: 'intendant_git_requests_total',
    type: 'counter',
    help: 'Requests to git repositories: tip, fetch, deepen of the config branch, branch-tip and branch-fetch of branches that plans are made of, status-tip, status-read and push of the status branch.',
    labels: {
      type: ['tip', 'fetch', 'deepen', 'branch-tip', 'branch-fetch', 'status-tip', 'status-read', 'push'],
      result: ['ok', 'failed'],
    },
  },
  sshConnectionsOpen: {
    name: 'intendant_ssh_connections_open',
    type: 'gauge',
    help: 'SSH connections to hosts and jump hosts that are open.',
    labels: {},
  },
  sshLogins: {
    name: 'intendant_ssh_logins_total',
    type: 'counter',
    help: 'Logins to hosts and jump hosts, ok or by why they failed.',
    labels: {
      result: [
        'ok',
        'HOST_UNREACHABLE',
        'LOGIN_TIMED_OUT',
        'CONNECTION_LOST',
        'LOGIN_REFUSED',
        'HOST_KEY_CHANGED',
        'HOST_KEY_UNKNOWN',
        'IDENTITY_UNUSABLE',
        OTHER,
      ],
    },
  },
  sshCommandDuration: {
    name: 'intendant_ssh_command_duration_seconds',
    type: 'histogram',
    help: 'Commands on hosts by verb: exited, lost (no answer came), threw (the host was not reached). Reaching the host is part of it.',
    labels: {
      verb: ['facts', 'check', 'look', 'step-start', 'step-read', 'upload'],
      result: ['exited', 'lost', 'threw'],
    },
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 600],
  },
  storeFailures: {
    name: 'intendant_store_request_failures_total',
    type: 'counter',
    help: 'Requests to the store of the live state that were not answered.',
    labels: { request: ['get', 'list', 'commit', 'lease'] },
  },
  storeUp: {
    name: 'intendant_store_up',
    type: 'gauge',
    help: '1 if the store answered while these metrics were gathered.',
    labels: {},
  },
  viewReady: {
    name: 'intendant_view_ready',
    type: 'gauge',
    help: '1 once the view has read the live state, and while it can follow it.',
    labels: {},
  },
  resourceInfo: {
    name: 'intendant_resource_info',
    type: 'gauge',
    help: 'Always 1; says of each object but hosts whether it is ready (True, False, Unknown), suspended, and at which revision.',
    labels: { kind: OPEN, name: OPEN, cluster: OPEN, status: OPEN, ready: OPEN, suspended: OPEN, revision: OPEN },
  },
  hosts: {
    name: 'intendant_hosts',
    type: 'gauge',
    help: 'Hosts by status.',
    labels: { status: ['investigating', 'bootstrapping', 'active', 'disassociated', 'failed', 'leaving', OTHER] },
  },
  hostsDrifted: {
    name: 'intendant_hosts_drifted',
    type: 'gauge',
    help: 'Hosts that are not as they should be.',
    labels: {},
  },
  hostsInMaintenance: {
    name: 'intendant_hosts_in_maintenance',
    type: 'gauge',
    help: 'Hosts in maintenance.',
    labels: {},
  },
  slotsHeld: {
    name: 'intendant_slots_held',
    type: 'gauge',
    help: 'Hosts that are claimed by whoever changes them.',
    labels: {},
  },
  operations: {
    name: 'intendant_operations',
    type: 'gauge',
    help: 'Operations by phase.',
    labels: { phase: ['Pending', 'Running', 'Suspended', 'Succeeded', 'Failed', 'Cancelled', OTHER] },
  },
  operationHosts: {
    name: 'intendant_operation_hosts',
    type: 'gauge',
    help: 'Hosts of each operation that has not ended: succeeded, failed, skipped, running, pending.',
    labels: { operation: OPEN, state: OPEN },
  },
  halted: {
    name: 'intendant_halted',
    type: 'gauge',
    help: '1 while everything is stopped by hand or by the file.',
    labels: { by: ['hand', 'file'] },
  },
  revisionBehind: {
    name: 'intendant_config_revision_behind',
    type: 'gauge',
    help: '1 while the tip of the config branch is not the accepted revision; refused: and will not be by itself.',
    labels: { why: ['unprocessed', 'refused'] },
  },
  diagnostics: {
    name: 'intendant_config_diagnostics',
    type: 'gauge',
    help: 'Findings in the config repository at its tip.',
    labels: {},
  },
  loopLag: {
    name: 'intendant_event_loop_lag_seconds',
    type: 'gauge',
    help: 'How late timers were in the last 15 to 30 seconds.',
    labels: { stat: ['mean', 'p99', 'max'] },
  },
  signIns: {
    name: 'intendant_sign_ins_total',
    type: 'counter',
    help: 'Credentials that were presented to the view, by authenticator: ok, refused, limited (too many failures), unavailable (nobody could be asked).',
    labels: {
      by: [
        'basic',
        'clientCertificate',
        'keystonePassword',
        'keystoneToken',
        'kubernetesToken',
        'oidc',
        'session',
        OTHER,
      ],
      result: ['ok', 'refused', 'limited', 'unavailable'],
    },
  },
  viewRequests: {
    name: 'intendant_view_requests_total',
    type: 'counter',
    help: 'Requests to the view by part and class of status.',
    labels: {
      part: ['api-v0', 'api-v1', 'dashboard', 'events', 'health', 'hook', 'metrics', 'sign-in'],
      status: ['2xx', '3xx', '4xx', '5xx'],
    },
  },
  viewRequestDuration: {
    name: 'intendant_view_request_duration_seconds',
    type: 'histogram',
    help: 'Requests to the view until their answer began.',
    labels: { part: ['api-v0', 'api-v1', 'dashboard', 'events', 'health', 'hook', 'metrics', 'sign-in'] },
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5],
  },
  eventStreams: {
    name: 'intendant_view_event_streams',
    type: 'gauge',
    help: 'Streams of events that are open.',
    labels: {},
  },
  eventStreamsCut: {
    name: 'intendant_view_event_streams_cut_total',
    type: 'counter',
    help: 'Streams of events that were cut because their reader was too far behind, or took nothing for a minute.',
    labels: { reason: ['behind', 'stalled'] },
  },
  eventStreamsRefused: {
    name: 'intendant_view_event_streams_refused_total',
    type: 'counter',
    help: 'Streams of events that were refused because there were too many.',
    labels: {},
  },
} as const satisfies Record<string, MetricSpec>;

export type MetricId = keyof typeof METRICS;
type OfType<T extends MetricSpec['type']> = {
  [Id in MetricId]: (typeof METRICS)[Id]['type'] extends T ? Id : never;
}[MetricId];
export type CounterId = OfType<'counter'>;
export type HistogramId = OfType<'histogram'>;
export type GaugeId = OfType<'gauge'>;
/** The labels of a metric, all of them. */
export type LabelsOf<Id extends MetricId> = { readonly [Label in keyof (typeof METRICS)[Id]['labels']]: string };
