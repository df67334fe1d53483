import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { systemClock } from '../model/clock.ts';
import { Bug, InvalidInput } from '../model/errors.ts';
import type { ControlRequest, FleetReady, FleetStart } from './fleet-protocol.ts';
import { newKeyPair } from './key-pair.ts';
import { seededRandom } from './random.ts';
import { FleetRecord } from './record.ts';
import type { HostEvent } from './record.ts';
import { SimHost } from './sim-host.ts';
import { SimServer } from './sim-server.ts';
import type { Endpoint } from './sim-forward.ts';

/** All simulated hosts of one process and what can be done to them. */
export class Simulation {
  readonly #record: FleetRecord;
  readonly #hosts = new Map<string, { host: SimHost; server: SimServer; hostKey: string }>();
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #start: FleetStart;

  constructor(start: FleetStart) {
    this.#start = start;
    this.#record = new FleetRecord(start.recordFile);
    const clientKey = parsedKey(start.clientKey);
    const random = seededRandom(start.seed);
    for (const { name } of start.hosts) {
      if (this.#hosts.has(name)) {
        throw new InvalidInput(`Two simulated hosts are named ${name}.`, { code: 'DUPLICATE_HOST' });
      }
      const keys = newKeyPair();
      const host = new SimHost({ name, clock: systemClock, random, record: this.#record, rebootMs: start.rebootMs });
      const server = new SimServer({
        host,
        hostKey: keys.private,
        otherHostKey: () => newKeyPair().private,
        clientKey,
        resolve: (address, port) => this.#endpoints.get(`${address}:${port}`),
      });
      this.#hosts.set(name, { host, server, hostKey: withoutComment(keys.public) });
    }
  }

  /** Opens a port for every host. */
  async listen(): Promise<FleetReady> {
    const ready: FleetReady = {};
    for (const { name, address, port: inventoryPort } of this.#start.hosts) {
      const { server, hostKey } = this.#hosts.get(name)!;
      const port = await server.listen();
      const endpoint = { host: '127.0.0.1', port };
      this.#endpoints.set(`127.0.0.1:${port}`, endpoint);
      if (address !== undefined) this.#endpoints.set(`${address}:${inventoryPort ?? 22}`, endpoint);
      ready[name] = { port, hostKey };
    }
    return ready;
  }

  /** Does what a control request says. */
  control(request: ControlRequest): HostEvent[] | undefined {
    if (request.method === 'records') {
      const events = this.#record.events.slice(request.from ?? 0);
      const only = request.hosts && new Set(request.hosts);
      return only ? events.filter((event) => only.has(event.host)) : events;
    }
    const chosen = request.hosts ?? [...this.#hosts.keys()];
    for (const name of chosen) {
      const found = this.#hosts.get(name);
      if (!found) throw new InvalidInput(`There is no simulated host named ${name}.`, { code: 'NO_SUCH_HOST' });
      this.#controlOne(found.host, found.server, request);
    }
    return undefined;
  }

  /** Writes the record's rest and closes every port. */
  close(): void {
    for (const { server } of this.#hosts.values()) server.close();
    this.#record.flush();
  }

  #controlOne(host: SimHost, server: SimServer, request: ControlRequest): void {
    switch (request.method) {
      case 'setFaults': {
        const before = host.faults;
        // Each host counts its faults by itself.
        const change: Record<string, unknown> = structuredClone(request.faults ?? {});
        const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null);
        host.faults = Object.fromEntries(merged);
        const cutOff = host.faults.unreachable && !before.unreachable;
        if (cutOff || host.faults.changedHostKey !== before.changedHostKey) server.dropAll();
        return;
      }
      case 'cut':
        return host.cut();
      case 'powerOn':
        return host.powerOn();
      case 'reboot':
        return host.reboot();
      case 'drift':
        if (request.item) host.profile.drift(request.item);
        return;
      case 'records':
        throw new Bug('records are not asked of one host');
    }
  }
}

function parsedKey(text: string): ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) {
    throw new InvalidInput('The client key of the simulated fleet is not a public key.', {
      code: 'BAD_KEY',
      cause: key,
    });
  }
  return key;
}

function withoutComment(publicKey: string): string {
  return publicKey.trim().split(' ').slice(0, 2).join(' ');
}
