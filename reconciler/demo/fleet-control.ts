import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Transient } from '../model/errors.ts';
import type { ControlAnswer, ControlRequest, DriftItem, FleetControl } from './fleet-protocol.ts';
import type { HostFaults } from './faults.ts';
import type { HostEvent } from './record.ts';

/** Sends requests over one channel and pairs the answers with them. */
export class ControlClient implements FleetControl {
  readonly #send: (request: ControlRequest) => void;
  readonly #open = new Map<number, { resolve: (events: HostEvent[]) => void; reject: (error: Error) => void }>();
  #nextId = 1;
  #gone: Error | undefined;

  constructor(send: (request: ControlRequest) => void) {
    this.#send = send;
  }

  /** An answer has come. */
  answered(answer: ControlAnswer): void {
    const waiting = this.#open.get(answer.id);
    this.#open.delete(answer.id);
    if (answer.error === undefined) waiting?.resolve(answer.result ?? []);
    else waiting?.reject(new Error(answer.error));
  }

  /** The channel is closed: whoever waits and whoever asks later is told so. */
  closed(): void {
    this.#gone = new Transient('The simulated fleet has ended.', { code: 'FLEET_GONE' });
    for (const { reject } of this.#open.values()) reject(this.#gone);
    this.#open.clear();
  }

  async setFaults(faults: HostFaults, hosts?: readonly string[]): Promise<void> {
    // JSON has no undefined: null says "switch it off".
    const explicit = Object.fromEntries(
      Object.entries(faults).map(([name, value]) => [name, (value as unknown) ?? null]),
    );
    await this.#ask({ method: 'setFaults', faults: explicit, hosts });
  }

  async cut(hosts?: readonly string[]): Promise<void> {
    await this.#ask({ method: 'cut', hosts });
  }

  async powerOn(hosts?: readonly string[]): Promise<void> {
    await this.#ask({ method: 'powerOn', hosts });
  }

  async reboot(hosts?: readonly string[]): Promise<void> {
    await this.#ask({ method: 'reboot', hosts });
  }

  async drift(item: DriftItem, hosts?: readonly string[]): Promise<void> {
    await this.#ask({ method: 'drift', item, hosts });
  }

  records(hosts?: readonly string[], from?: number): Promise<HostEvent[]> {
    return this.#ask({ method: 'records', hosts, from });
  }

  #ask(request: Omit<ControlRequest, 'id'>): Promise<HostEvent[]> {
    if (this.#gone) return Promise.reject(this.#gone);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.#send({ id, ...request });
    });
  }
}

/** Controls a fleet of another process through its unix socket. `close` leaves the fleet running. */
export async function connectFleet(path: string): Promise<FleetControl & { close(): void }> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const client = new ControlClient((request) => socket.write(`${JSON.stringify(request)}\n`));
  socket.on('close', () => client.closed());
  socket.on('error', () => socket.destroy());
  createInterface({ input: socket }).on('line', (line) => client.answered(JSON.parse(line) as ControlAnswer));
  return Object.assign(client, { close: () => void socket.end() });
}
