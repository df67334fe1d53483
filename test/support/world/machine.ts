import type { StepRead, StepStart } from '../../../reconciler/hosts/guarded-step.ts';
import type { StepSighting } from '../../../reconciler/hosts/step-sighting.ts';

/** How a machine of a world behaves. */
export interface MachineTraits {
  /** Exit code of scripts. */
  exitCode: number;
  /** Exit code of checks before the act. */
  checkBefore: number;
  /** Exit code of checks after the act. */
  checkAfter: number;
  /** Comes back from a reboot. */
  returns: boolean;
  /** Default: debian. `unknown` is not one that can be upgraded. */
  family?: 'debian' | 'ostree' | 'unknown';
  /** An upgrade or a deployment asks for a reboot, or it cannot be told. Default: it does not. */
  rebootNeeded?: boolean | 'untold';
  /** What is deployed does not become the running system. */
  staysBehind?: boolean;
  /** One command in so many fails, by no rule that anybody could see; absent = none does. */
  moody?: number;
}

/** The version that stories deploy. */
export const VERSION = '39.2';

/** How long a reboot takes, in milliseconds. */
const REBOOT_MS = 5000;

interface Folder {
  digest: string;
  boot: string;
  kind: 'script' | 'reboot';
}

/** A machine that keeps its own record of what was done to it, and guards it as the scripts on real hosts do. */
export class Machine {
  /** Ids of the steps that it carried out, in order: what really happened, whatever anybody else has written down. */
  readonly acted: string[] = [];
  /** How its scripts ended, by id of the step. */
  readonly exitCodes = new Map<string, number>();
  /** Unplugged by nobody's order. */
  outage = false;
  /** Taken down by a reboot until this time. */
  #backAt = 0;
  #boots = 1;
  readonly #folders = new Map<string, Folder>();
  readonly #now: () => number;
  readonly traits: MachineTraits;

  constructor(traits: MachineTraits, now: () => number) {
    this.traits = traits;
    this.#now = now;
  }

  get isUp(): boolean {
    return !this.outage && !this.isRebooting;
  }

  /** Down by an order of ours. */
  get isRebooting(): boolean {
    return this.#now() < this.#backAt;
  }

  get bootId(): string {
    return `00000000-${String(this.#boots).padStart(4, '0')}`;
  }

  /** Somebody goes there and switches it on. */
  repair(): void {
    this.outage = false;
    this.#backAt = 0;
  }

  start({ stepId, digest, bootId, action }: StepStart): StepSighting {
    const known = this.#folders.get(stepId);
    if (known) return this.read({ stepsRoot: '', stepId, digest });
    if (bootId !== undefined && bootId !== this.bootId) return { state: 'boot-changed', bootId: this.bootId };
    const before = this.bootId;
    this.#folders.set(stepId, { digest, boot: before, kind: action.kind });
    this.acted.push(stepId);
    this.exitCodes.set(stepId, this.#isMoodyAt(stepId) ? 1 : this.traits.exitCode);
    if (action.kind === 'reboot') {
      this.#boots += 1;
      this.#backAt = this.traits.returns ? this.#now() + REBOOT_MS : Infinity;
    }
    return { state: 'started', bootId: before };
  }

  #isMoodyAt(stepId: string): boolean {
    const { moody } = this.traits;
    if (moody === undefined) return false;
    let hash = moody;
    for (const letter of stepId) hash = (hash * 31 + letter.charCodeAt(0)) % 65_521;
    return hash % moody === 0;
  }

  /** Exit code of a check, or of a question that its family asks. */
  check(argv: readonly string[]): number {
    const { checkBefore, checkAfter, staysBehind, rebootNeeded } = this.traits;
    if (argv[0] === 'before') return checkBefore;
    if (argv[0] === 'after') return checkAfter;
    if (argv.at(-1) === VERSION) return staysBehind ? 1 : 0;
    return rebootNeeded === 'untold' ? 2 : rebootNeeded ? 1 : 0;
  }

  read({ stepId, digest }: StepRead): StepSighting {
    const { bootId } = this;
    const folder = this.#folders.get(stepId);
    if (!folder) return { state: 'absent', bootId };
    if (folder.digest !== digest) return { state: 'foreign', bootId };
    const seen = { bootId, startedBoot: folder.boot, output: '' };
    if (folder.kind === 'script') return { state: 'done', exitCode: this.exitCodes.get(stepId)!, ...seen };
    return { state: 'interrupted', ...seen };
  }
}
