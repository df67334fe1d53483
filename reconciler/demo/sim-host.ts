import type { Clock, Random } from '../model/clock.ts';
import type { HostFaults } from './faults.ts';
import { SimProfile } from './profile.ts';
import { randomUuid } from './random.ts';
import type { FleetRecord, HostEvent } from './record.ts';
import { StepFolders } from './steps.ts';
import type { ShellWorld } from './tiny-shell.ts';

/** What a simulated host is given by the fleet. */
export interface SimHostOptions {
  name: string;
  clock: Clock;
  random: Random;
  record: FleetRecord;
  /** How long a reboot takes, in milliseconds, from the last byte to the first. */
  rebootMs: number;
}

/** How it went down: `reboot` closes connections in good order, `cut` is a power loss: nothing is said any more. */
export type DownReason = 'reboot' | 'cut';

/** The machine itself, without its ssh server: power, boot id, facts, step folders, and its own record. */
export class SimHost implements ShellWorld {
  readonly name: string;
  readonly clock: Clock;
  readonly steps = new StepFolders();
  /** Files that were uploaded, by path. They outlive reboots. */
  readonly files = new Map<string, { content: Buffer; mode: string }>();
  /** What a profile brought about. It outlives reboots. */
  readonly profile = new SimProfile();
  faults: HostFaults = {};
  bootId: string;
  /** Called when it goes down and when it is up again. */
  onDown: (reason: DownReason) => void = () => undefined;
  onUp: () => void = () => undefined;
  readonly #options: SimHostOptions;
  readonly #cpus: number;
  #bootedAt: number;
  #power = new AbortController();

  constructor(options: SimHostOptions) {
    this.#options = options;
    this.name = options.name;
    this.clock = options.clock;
    this.bootId = randomUuid(options.random);
    this.#cpus = 2 ** Math.floor(1 + options.random() * 4);
    this.#bootedAt = options.clock.now() - Math.floor(3_600_000 + options.random() * 90 * 86_400_000);
    this.note({ event: 'boot', bootId: this.bootId });
  }

  /** False while it is down. */
  get up(): boolean {
    return !this.#power.signal.aborted;
  }

  /** Aborted when the host goes down; a new one after each boot. */
  get power(): AbortSignal {
    return this.#power.signal;
  }

  /** Adds a line to the host's own record. */
  note(event: Omit<HostEvent, 'at' | 'host'>): void {
    this.#options.record.add({ at: this.clock.now(), host: this.name, ...event });
  }

  uptimeSeconds(): number {
    return (this.clock.now() - this.#bootedAt) / 1000;
  }

  wellBehaved(): boolean {
    return !this.faults.failChecks;
  }

  /** Goes down and, unless a fault keeps it away, comes back by itself with a new boot id. */
  reboot(): void {
    if (!this.up) return;
    this.#goDown('reboot');
    if (this.faults.neverComesBack) return;
    setTimeout(() => this.powerOn(), this.#options.rebootMs + (this.faults.rebootDelayMs ?? 0)).unref();
  }

  /** Power loss. It stays down until `powerOn`. */
  cut(): void {
    if (this.up) this.#goDown('cut');
  }

  /** Boots: new boot id, uptime from zero, what ran before is gone and its step folders are there. */
  powerOn(): void {
    if (this.up) return;
    this.bootId = randomUuid(this.#options.random);
    this.#bootedAt = this.clock.now();
    this.#power = new AbortController();
    this.faults = { ...this.faults, rebootRequired: false };
    this.note({ event: 'boot', bootId: this.bootId });
    this.onUp();
  }

  /** The facts under their names in the protocol. */
  facts(): Record<string, string> {
    const skewMs = (this.faults.clockSkewSeconds ?? 0) * 1000;
    return {
      os: 'debian',
      osVersion: '12',
      model: 'package',
      packageTool: 'apt-get',
      cpus: String(this.#cpus),
      memoryKb: String(this.#cpus * 2_013_184),
      diskBytes: String(this.#cpus * 21_003_583_488),
      bootId: this.bootId,
      kernel: '6.1.0-18-amd64',
      uptimeSeconds: String(Math.floor(this.uptimeSeconds())),
      rebootRequired: String(this.faults.rebootRequired ?? false),
      diskFull: String(this.faults.diskFull ?? false),
      architecture: 'x86_64',
      hostTime: String(Math.floor((this.clock.now() + skewMs) / 1000)),
      ...(this.faults.hostileOutput && { os: 'debian\u001b[31m', kernel: '6.1$(reboot)\u202e: x' }),
      ...this.faults.facts,
    };
  }

  #goDown(reason: DownReason): void {
    this.note({ event: 'down', bootId: this.bootId, reason });
    this.#power.abort(new Error(`the host went down (${reason})`));
    this.steps.abandon();
    this.onDown(reason);
  }
}
