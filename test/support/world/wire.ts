import type { HostHands } from '../../../reconciler/hosts/host.ts';
import type { Lost } from '../../../reconciler/hosts/lost.ts';
import { Transient } from '../../../reconciler/model/errors.ts';
import { seenHost } from '../seen-host.ts';
import type { Machine } from './machine.ts';

/** How a call to a machine ends. `lost`: it took effect and nobody heard of it; `cut`: it never got there. */
export type CallFate = 'answered' | 'lost' | 'cut' | 'refused';

interface Call {
  host: string;
  settle(fate: CallFate): void;
  /** The command reaches the machine although whoever sent it is gone. */
  arrive(): void;
}

/** All calls to the machines of a world: each stays open until the test says how it ends. */
export class Wire {
  readonly open: Call[] = [];
  /** Commands on their way from daemons that have died: they may still arrive. */
  readonly strays: Call[] = [];
  readonly #machines: ReadonlyMap<string, Machine>;

  constructor(machines: ReadonlyMap<string, Machine>) {
    this.#machines = machines;
  }

  /** The hands of one daemon, until it dies. */
  hands(): HostHands {
    const hands: HostHands = {
      facts: (target, signal) =>
        this.#call(target.name, signal, (machine) => ({ facts: factsOf(machine), hostKey: 'ssh-ed25519 A' })),
      startStep: (target, step, signal) => this.#call(target.name, signal, (machine) => machine.start(step)),
      readStep: (target, step, signal) => this.#call(target.name, signal, (machine) => machine.read(step)),
      check: (target, { argv }, signal) =>
        this.#call(target.name, signal, (machine) => ({ exitCode: machine.check(argv), output: '' })),
      look: (target, _wanted, _family, _place, signal) => this.#call(target.name, signal, () => ({ seen: seenHost() })),
      drop: () => undefined,
      actingFor: () => hands,
    };
    return hands;
  }

  #call<T>(host: string, signal: AbortSignal, effect: (machine: Machine) => T): Promise<T | Lost> {
    const machine = this.#machines.get(host)!;
    return new Promise((resolve, reject) => {
      const remove = (): void => {
        signal.removeEventListener('abort', aborted);
        this.open.splice(this.open.indexOf(call), 1);
      };
      const aborted = (): void => {
        remove();
        this.strays.push(call);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const call: Call = {
        host,
        arrive: () => void (machine.isUp && effect(machine)),
        settle: (fate) => {
          remove();
          if (!machine.isUp || fate === 'refused') {
            return reject(new Transient(`${host} cannot be reached`, { code: 'HOST_UNREACHABLE' }));
          }
          if (fate === 'cut') return resolve({ lost: 'the connection was cut' });
          const answer = effect(machine);
          resolve(fate === 'lost' ? { lost: 'the connection was lost' } : answer);
        },
      };
      if (signal.aborted) return reject(new Error('aborted'));
      signal.addEventListener('abort', aborted, { once: true });
      this.open.push(call);
    });
  }
}

function factsOf({ bootId, traits }: Machine) {
  const family = traits.family ?? 'debian';
  const counts = { cpus: 1, memoryKb: 1, diskBytes: 1, uptimeSeconds: 1, hostTime: 1 };
  return {
    os: { debian: 'debian', ostree: 'fedora', unknown: 'plan9' }[family],
    osVersion: '1',
    osLike: '',
    model: family === 'ostree' ? ('ostree' as const) : ('package' as const),
    packageTool: 'apt-get',
    kernel: 'k',
    architecture: 'a',
    rebootRequired: false,
    bootId,
    ...counts,
  };
}
