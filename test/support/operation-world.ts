import type { ClusterSpec, OperationSpec, Rollout } from '../../schema/generated/types.ts';
import { consider, type Considered } from '../../reconciler/kinds/operation/consider.ts';
import type { HostView, OperationObserved } from '../../reconciler/kinds/operation/observed.ts';
import type { OperationRecord } from '../../reconciler/kinds/operation/record.ts';
import type { JournalRecord, Step, StepOutcome } from '../../reconciler/model/plan.ts';

/** A fleet in memory on which one operation is played out with the pure functions of the product. */
export class OperationWorld {
  spec: OperationSpec | undefined;
  record: OperationRecord | undefined;
  nowMs = Date.parse('2026-01-01T00:00:00Z');
  readonly hosts = new Map<string, HostView>();
  readonly journal = new Map<string, JournalRecord[]>();
  readonly inFlight = new Map<string, Step>();
  ahead: string[] = [];
  /** Rollout defaults of the cluster. */
  clusterRollout: Rollout | undefined;
  /** More of the cluster's spec. */
  clusterSpec: ClusterSpec = {};
  /** Put over what is observed. */
  more: Partial<OperationObserved> = {};
  /** How often each host was really acted on: the host's own record. */
  readonly acted = new Map<string, number>();

  constructor(spec: OperationSpec, hosts: string[]) {
    this.spec = spec;
    for (const name of hosts)
      this.hosts.set(name, { present: true, cluster: 'web', active: true, lastSeen: this.nowMs });
  }

  observed(): OperationObserved {
    return {
      name: 'op',
      key: 'Operation/op',
      record: this.record,
      previous: undefined,
      journal: this.journal,
      selection: this.record?.frozen?.hosts ?? [...this.hosts.keys()],
      clusters: ['web'],
      scope: this.hosts,
      clusterSpecs: new Map([['web', { rollout: this.clusterRollout, ...this.clusterSpec }]]),
      ahead: this.ahead,
      inFlight: new Set(this.inFlight.keys()),
      ...this.more,
    };
  }

  /** One look: decides, keeps the record and begins the permitted steps. */
  look(): Considered | undefined {
    const context = {
      nowMs: this.nowMs,
      revision: { branch: 'main', commit: 'c1', sequence: 1 },
      changedIn: () => undefined,
      holder: 'test',
    };
    const considered = consider(this.spec, this.observed(), context);
    this.record = considered?.record;
    for (const step of considered?.steps ?? []) this.begin(step);
    return considered;
  }

  begin(step: Step): void {
    const host = hostOf(step);
    if (this.inFlight.has(host)) throw new Error(`${host} was begun twice`);
    const entries = this.journal.get(host) ?? [];
    this.journal.set(host, entries);
    if (step.verdict) {
      const at = new Date(this.nowMs).toISOString();
      entries.push({ format: 1, round: step.round, step, startedAt: at, outcome: { ...step.verdict, at } });
      this.hosts.get(host)!.claim = undefined;
      return;
    }
    if (!entries.some((entry) => entry.step.id === step.id)) {
      entries.push({ format: 1, round: step.round, step, startedAt: new Date(this.nowMs).toISOString() });
    }
    this.hosts.get(host)!.claim ??= { format: 1, owner: 'Operation/op', round: step.round, since: '', holder: 'test' };
    this.inFlight.set(host, step);
    if (!step.idempotent) this.act(host, step);
  }

  /** The step in hand on a host ends. */
  end(host: string, result: StepOutcome['result'] = 'succeeded', data: StepOutcome['data'] = {}): void {
    const step = this.inFlight.get(host)!;
    this.inFlight.delete(host);
    const entry = this.journal.get(host)!.find((candidate) => candidate.step.id === step.id)!;
    entry.outcome = {
      result,
      reason: 'R',
      message: 'm',
      data: { bootId: 'b', ...data },
      at: new Date(this.nowMs).toISOString(),
    };
    if (result === 'succeeded') this.hosts.get(host)!.lastSeen = this.nowMs;
  }

  /** The daemon dies: tasks are gone, the journal stays. */
  crash(): void {
    this.inFlight.clear();
  }

  /** Plays everything to its end; `fate` says how each step of each host ends. */
  play(
    fate: (host: string, action: string) => StepOutcome['result'] = () => 'succeeded',
    turns = 10_000,
  ): OperationRecord {
    for (let turn = 0; turn < turns; turn += 1) {
      const before = this.journalSize();
      this.look();
      for (const [host, step] of [...this.inFlight]) this.end(host, fate(host, step.action));
      if (this.inFlight.size === 0 && this.journalSize() === before && this.look()!.steps.length === 0) break;
    }
    return this.record!;
  }

  get down(): string[] {
    return [...this.hosts].filter(([, host]) => !host.active || host.claim).map(([name]) => name);
  }

  /** The host's guard: a step id is carried out once, ever. */
  private act(host: string, step: Step): void {
    const done = this.guards.get(host) ?? new Set<string>();
    this.guards.set(host, done);
    if (done.has(step.id)) return;
    done.add(step.id);
    this.acted.set(host, (this.acted.get(host) ?? 0) + 1);
  }

  private readonly guards = new Map<string, Set<string>>();

  private journalSize(): number {
    return [...this.journal.values()].reduce((sum, entries) => sum + entries.length, 0);
  }
}

function hostOf(step: Step): string {
  return step.target.slice('Host/'.length);
}
