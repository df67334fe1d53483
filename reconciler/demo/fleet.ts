import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Transient } from '../model/errors.ts';
import { workerEntry } from '../model/worker-entry.ts';
import { ControlClient } from './fleet-control.ts';
import type { ControlAnswer, FleetControl, FleetReady, FleetStart, SimulatedHostSpec } from './fleet-protocol.ts';
import type { HostEvent } from './record.ts';
import { newKeyPair } from './key-pair.ts';

/** How long the fleet's process may take to open its ports. */
const START_TIMEOUT_MS = 30_000;

export interface FleetOptions {
  /** Names, or names with the address and port of the inventory (needed behind jump hosts only). */
  hosts: readonly (string | SimulatedHostSpec)[];
  /** Decides boot ids and facts; the same seed gives the same fleet. Default 1. */
  seed?: number;
  /** How long a reboot takes, in milliseconds. Default 1000. */
  rebootMs?: number;
  /** Where the hosts' own record is appended, as JSON lines. Default: in memory only. */
  recordFile?: string;
  /** A unix socket for other processes (`connectFleet`). Default: none. */
  controlSocket?: string;
}

/** A running fleet, seen from the process that started it. */
export interface SimulatedFleet {
  /** Where each host really listens. */
  readonly addresses: ReadonlyMap<string, { host: string; port: number }>;
  /** Public host key of each, `ssh-ed25519 AAAA…`. */
  readonly hostKeys: ReadonlyMap<string, string>;
  /** Private key, in OpenSSH form, of the one client that may log in, as any user. */
  readonly clientKey: string;
  readonly control: FleetControl;
  /** Process id of the fleet. */
  readonly pid: number;
  /** The hosts' own record so far. */
  records(): Promise<HostEvent[]>;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts simulated hosts in a process of their own. Throws Transient `FLEET_FAILED` when they cannot start. */
export async function startFleet(options: FleetOptions): Promise<SimulatedFleet> {
  const client = newKeyPair();
  const hosts = options.hosts.map((host) => (typeof host === 'string' ? { name: host } : host));
  const start: FleetStart = {
    hosts,
    seed: options.seed ?? 1,
    rebootMs: options.rebootMs ?? 1000,
    clientKey: client.public,
    recordFile: options.recordFile,
    controlSocket: options.controlSocket,
  };
  const child = fork(workerEntry(import.meta.url, './fleet-process'), [], { execArgv: [], stdio: 'inherit' });
  const ready = await firstAnswer(child, start);

  const control = new ControlClient((request) => child.send(request));
  child.on('message', (message) => control.answered(message as ControlAnswer));
  child.on('exit', () => control.closed());
  const entries = Object.entries(ready);
  return {
    addresses: new Map(entries.map(([name, { port }]) => [name, { host: '127.0.0.1', port }])),
    hostKeys: new Map(entries.map(([name, { hostKey }]) => [name, hostKey])),
    clientKey: client.private,
    control,
    pid: child.pid!,
    records: () => control.records(),
    stop: () => ended(child),
  };
}

function firstAnswer(child: ChildProcess, start: FleetStart): Promise<FleetReady> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Transient(`The simulated fleet did not start: ${why}.`, { code: 'FLEET_FAILED' }));
    };
    const timer = setTimeout(() => fail(`nothing was heard within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`its process ended with code ${code ?? 'none'}`));
    child.once('message', (message) => {
      const first = message as { ready?: FleetReady; failed?: string };
      if (!first.ready) return fail(first.failed ?? 'it answered nonsense');
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(first.ready);
    });
    child.send(start);
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
    child.once('exit', () => clearTimeout(timer));
  });
}
