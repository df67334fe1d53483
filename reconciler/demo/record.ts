import { appendFileSync } from 'node:fs';

/** One line of a simulated host's own record: what happened there, whatever the client believes. */
export interface HostEvent {
  /** Milliseconds since 1970 UTC, by the fleet's clock. */
  at: number;
  host: string;
  /**
   * `boot`: it is up, with a new boot id. `down`: it went down (`reboot` or `cut`). `login`, `refused`: a client came.
   * `changed`: a change of a profile was made, which `reason` names. `command`: a command ran. `started`: a step began to run, `ended`: its script ended.
   */
  event: 'boot' | 'down' | 'login' | 'refused' | 'command' | 'started' | 'ended' | 'changed';
  bootId?: string;
  /** For `command`: its verb and arguments; for `started` and `ended`: the step's id. */
  verb?: string;
  args?: string[];
  step?: string;
  exitCode?: number;
  /** Why: `reboot`, `cut`, `wrong key`, `too many sessions`. */
  reason?: string;
}

/**
 * The record of the whole fleet, in memory and as JSON lines in a file. The file is written behind, a few times a
 * second at most, so that a thousand hosts do not wait for the disk.
 */
export class FleetRecord {
  readonly events: HostEvent[] = [];
  readonly #file: string | undefined;
  #written = 0;
  #scheduled = false;

  constructor(file: string | undefined) {
    this.#file = file;
  }

  add(event: HostEvent): void {
    this.events.push(event);
    if (!this.#file || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Writes what is not yet in the file. */
  flush(): void {
    this.#scheduled = false;
    if (!this.#file || this.#written === this.events.length) return;
    const lines = this.events.slice(this.#written).map((event) => `${JSON.stringify(event)}\n`);
    this.#written = this.events.length;
    appendFileSync(this.#file, lines.join(''));
  }
}
